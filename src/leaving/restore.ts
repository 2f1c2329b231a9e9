import type { By } from "../audit/event";
import type { Timepiece } from "../clock";
import { ApiError } from "../errors";
import type { RequestContext } from "../http/context";
import type { Log } from "../log/log";
import type { Player } from "../session/guard";
import type { SessionAnswer } from "../session/model";
import { createTokenResponse, type Tokens } from "../session/token-response";
import { newUuidv7 } from "../session/uuidv7";
import type { Stores, Transact } from "../stores";

export type RestoreDeps = { transact: Transact; clock: Timepiece; tokens: Tokens; log: Log };

/**
 * Brings back a player who has left, at the session that they left by. Asked again, it answers the same.
 * @returns that session
 * @throws {ApiError} invalid_token when it is over
 */
export async function restore(
  { transact, clock, tokens, log }: RestoreDeps,
  { user, sessionId }: Player,
  context: RequestContext,
): Promise<SessionAnswer> {
  const by = { actor: { kind: "player", id: user.id }, requestId: context.requestId } as const;
  const { isRestored, session } = await transact(async (stores) => ({
    isRestored: await takeLeavingBack(stores, clock, user.id, by),
    session: await stores.sessions.current(sessionId, user.id),
  }));
  if (!session) throw new ApiError("invalid_token");
  if (isRestored) log.event("account_restored", { userId: user.id, sessionId, ...context });
  return createTokenResponse(tokens, user, { sessionId, ...session });
}

/**
 * Takes a player's leaving back, in a transaction: their devices that were signed in then go on, unless they have
 * expired since.
 * @returns false, and does nothing, when they have not left
 */
export async function takeLeavingBack(
  stores: Pick<Stores, "accountChanges" | "audit" | "sessions" | "users">,
  clock: Timepiece,
  userId: number,
  by: By,
): Promise<boolean> {
  const { accountChanges, audit, sessions, users } = stores;
  const deletesAt = (await users.lock(userId)).get(userId)?.deletes_at;
  if (!deletesAt) return false;
  const deletion = await accountChanges.pendingDeletion(userId);
  if (deletion) {
    await sessions.reopen(userId, deletion.endedSessions);
    await accountChanges.markUndone(deletion.id);
  }
  await users.unmarkLeaving(userId);
  const before = { deletes_at: deletesAt.toISOString() };
  await audit.append(newUuidv7(clock), { action: "restore", userId, before, ...by });
  return true;
}
