import { ApiError } from "../errors";
import type { Stores } from "../stores";
import type { LockedUser } from "../users/store";

/**
 * A player whom something is to be done to, locked until the transaction ends.
 * @throws {ApiError} not_found when there is none of this id, or they were merged into another, whom the sentence names
 */
export async function lockPlayer({ users }: Pick<Stores, "users">, userId: number): Promise<LockedUser> {
  return requirePlayer(userId, (await users.lock(userId)).get(userId));
}

/** @throws {ApiError} as {@link lockPlayer} */
export function requirePlayer(userId: number, player: LockedUser | null | undefined): LockedUser {
  if (!player) throw new ApiError("not_found", { message: `There is no player with the id ${userId}.` });
  if (player.merged_into !== null)
    throw new ApiError("not_found", {
      message: `Player ${userId} was merged into player ${player.merged_into}.`,
    });
  return player;
}
