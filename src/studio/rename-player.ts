import type { By } from "../audit/event";
import { ApiError } from "../errors";
import { record } from "../linking/record";
import { isNameTaken, type NameState } from "../users/store";
import { lockPlayer } from "./lock-player";
import type { StudioDeps } from "./studio-deps";

/**
 * Gives a player another name. What makes a name valid holds here as well; no cool-down does. The name before is kept for
 * the player, as if they had changed it themselves.
 * @returns the id of the change, by which it can be taken back, and the name as it is written; the id is null when they
 * had it
 * @throws {ApiError} not_found; username_invalid with `reason`; username_taken
 */
export async function renamePlayer(
  { transact, clock, namePolicy }: StudioDeps,
  userId: number,
  wanted: string,
  by: By,
): Promise<{ changeId: string | null; name: string }> {
  const parsed = (await namePolicy())(wanted);
  if (!parsed.ok) {
    const { message, reason } = parsed;
    throw new ApiError("username_invalid", { message, fields: { reason } });
  }
  const { name } = parsed;
  return transact(async (stores) => {
    const { users } = stores;
    const player = await lockPlayer(stores, userId);
    if (player.name === name) return { changeId: null, name };
    const before = (await users.nameState(userId)) as NameState;
    await users.renameByStudio(player, parsed).catch((error) => {
      throw isNameTaken(error) ? new ApiError("username_taken") : error;
    });
    const after = (await users.nameState(userId)) as NameState;
    return { changeId: await record(stores, clock, userId, { kind: "rename", before, after }, by), name };
  });
}
