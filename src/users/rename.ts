import { ApiError } from "../errors";
import type { NamePolicy } from "./name-policy";
import { isNameTaken, type UserRow, type UserStore } from "./store";

/**
 * Gives a player a new name. The unique indexes decide between parallel claims, and the player's row between parallel
 * changes of one player.
 * @param event its id among what was done, a UUIDv7, and the request
 * @throws {ApiError} username_invalid with `reason`, username_taken, username_cooldown with `next_change_at`
 */
export async function rename(
  users: UserStore,
  policy: NamePolicy,
  player: Pick<UserRow, "id" | "name">,
  wanted: string,
  event: { id: string; requestId: string },
): Promise<UserRow> {
  const parsed = policy(wanted);
  if (!parsed.ok) {
    const { message, reason } = parsed;
    throw new ApiError("username_invalid", { message, fields: { reason } });
  }
  try {
    const user = await users.rename(player, parsed, event);
    if (user) return user;
  } catch (error) {
    if (isNameTaken(error)) throw new ApiError("username_taken");
    throw error;
  }
  const next = await users.nextNameChange(player.id);
  if (!next) throw new ApiError("invalid_token");
  throw new ApiError("username_cooldown", { fields: { next_change_at: next.toISOString() } });
}
