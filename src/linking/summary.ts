import type { UserRow } from "../users/store";
import { toUser } from "../users/to-user";
import type { PlayerSummary } from "./model";

/** As much of a player as somebody needs to choose between two. */
export function summaryOf(row: UserRow): PlayerSummary {
  const { name, picture, level, stars, guest, created_at, last_login } = toUser(row);
  return { name, picture, level, stars, guest, created_at, last_login };
}
