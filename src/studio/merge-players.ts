import type { By } from "../audit/event";
import { banFields } from "../bans/banned";
import { ApiError } from "../errors";
import { merge } from "../linking/merge";
import { banOf } from "../users/store";
import { requirePlayer } from "./lock-player";
import type { StudioDeps } from "./studio-deps";

/**
 * Makes one player of two, as a player does who has both: `docs/merging.md` says what becomes of each. Every device of the
 * one who is given up is signed out; signed in again, it is the kept player's.
 * @returns the id of the change, by which it can be taken back
 * @throws {ApiError} not_found; user_banned with `reason` and `until` when either is; validation_failed for one player
 */
export async function mergePlayers(
  { transact, clock, statRules }: StudioDeps,
  keptId: number,
  givenUpId: number,
  by: By,
): Promise<string> {
  if (keptId === givenUpId)
    throw new ApiError("validation_failed", { message: "A player cannot be merged into themselves." });
  return transact(async (stores) => {
    const locked = await stores.users.lock(keptId, givenUpId);
    const kept = requirePlayer(keptId, locked.get(keptId));
    const givenUp = requirePlayer(givenUpId, locked.get(givenUpId));
    for (const player of [kept, givenUp])
      if (player.is_banned)
        throw new ApiError("user_banned", {
          message: `Player ${player.id} is banned.`,
          fields: banFields(banOf(player)),
        });
    return (await merge(stores, clock, kept, givenUp, null, statRules, by)).changeId;
  });
}
