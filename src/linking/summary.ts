import type { UserRow } from "../users/store";
import type { PlayerSummary } from "./model";

/** As much of a player as somebody needs to choose between two. */
export function summaryOf({ name, picture, level, stars, created_at, last_login }: UserRow): PlayerSummary {
  return {
    name,
    picture,
    level,
    stars,
    created_at: created_at.toISOString(),
    last_login: last_login.toISOString(),
  };
}
