import type { By } from "../audit/event";
import { ApiError } from "../errors";
import { record } from "../linking/record";
import { lockPlayer } from "../studio/lock-player";
import type { StudioDeps } from "../studio/studio-deps";
import { BUILT_IN_ROLES, PLAYER } from "./role";

/**
 * Says what a player is, from their next access token on, and in `user` at once. `player` they are in any case.
 * @param roles instead of those that they had
 * @returns the id of the change, by which it can be taken back; null when they had these
 * @throws {ApiError} not_found; validation_failed for a role that there is not
 */
export async function setRoles(
  { transact, clock, roles: { names } }: StudioDeps,
  userId: number,
  roles: readonly string[],
  by: By,
): Promise<string | null> {
  const known: readonly string[] = [...BUILT_IN_ROLES, ...names];
  const unknown = roles.find((role) => !known.includes(role));
  if (unknown !== undefined)
    throw new ApiError("validation_failed", {
      message: `There is no such role; there is ${known.join(", ")}.`,
      fields: { fields: [{ path: "roles", message: `is one of ${known.join(", ")}` }] },
    });
  const after = [...new Set([PLAYER, ...roles])].sort();
  return transact(async (stores) => {
    const before = (await lockPlayer(stores, userId)).roles.split(",");
    if (before.join() === after.join()) return null;
    await stores.users.setRoles(userId, before, after);
    return record(stores, clock, userId, { kind: "roles", before, after }, by);
  });
}
