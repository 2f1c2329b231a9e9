import type { By } from "../audit/event";
import type { Timepiece } from "../clock";
import { ApiError } from "../errors";
import type { RequestContext } from "../http/context";
import { record } from "../linking/record";
import type { Log } from "../log/log";
import type { Player } from "../session/guard";
import type { Stores, Transact } from "../stores";

export type LeaveDeps = { transact: Transact; clock: Timepiece; log: Log; graceSeconds: number };

/**
 * Lets a player leave: every device is signed out at once, and when the time to come back is over nothing personal of
 * them stays. Asked again, it answers the same.
 * @returns when that will be
 * @throws {ApiError} invalid_token when the player is gone
 */
export async function leave(
  { transact, clock, log, graceSeconds }: LeaveDeps,
  { user, sessionId }: Player,
  context: RequestContext,
): Promise<Date> {
  const by = { actor: { kind: "player", id: user.id }, requestId: context.requestId } as const;
  const { deletesAt, isNew } = await transact((stores) =>
    markLeaving(stores, clock, user.id, sessionId, graceSeconds, by),
  );
  if (isNew) log.event("account_deleted", { userId: user.id, sessionId, ...context });
  return deletesAt;
}

/**
 * The same in a transaction, whoever does it.
 * @param askingSession by which the player may come back without signing in; null for none
 * @returns `isNew`: false when they had left before, and nothing was done
 * @throws {ApiError} invalid_token when the player is gone
 */
export async function markLeaving(
  stores: Stores,
  clock: Timepiece,
  userId: number,
  askingSession: string | null,
  graceSeconds: number,
  by: By,
): Promise<{ deletesAt: Date; isNew: boolean }> {
  const { sessions, users } = stores;
  const player = (await users.lock(userId)).get(userId);
  if (!player || player.merged_into !== null) throw new ApiError("invalid_token");
  if (player.deletes_at) return { deletesAt: player.deletes_at, isNew: false };
  const deletesAt = await users.markLeaving(userId, graceSeconds);
  const endedSessions = await sessions.endAllBut(userId, null);
  const change = {
    kind: "delete",
    deletesAt: deletesAt.toISOString(),
    askingSession,
    endedSessions,
  } as const;
  await record(stores, clock, userId, change, by);
  return { deletesAt, isNew: true };
}
