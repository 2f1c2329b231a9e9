import type { By } from "../audit/event";
import { record } from "../linking/record";
import { lockPlayer } from "./lock-player";
import type { StudioDeps } from "./studio-deps";

/**
 * Signs a player out, on every device, at once.
 * @returns the id of the change, by which it can be taken back (null when they were signed in nowhere), and how many
 * sessions ended
 * @throws {ApiError} not_found
 */
export async function endSessions(
  { transact, clock }: StudioDeps,
  userId: number,
  by: By,
): Promise<{ changeId: string | null; ended: number }> {
  return transact(async (stores) => {
    await lockPlayer(stores, userId);
    const endedSessions = await stores.sessions.endAllBut(userId, null);
    if (endedSessions.length === 0) return { changeId: null, ended: 0 };
    const changeId = await record(stores, clock, userId, { kind: "end_sessions", endedSessions }, by);
    return { changeId, ended: endedSessions.length };
  });
}
