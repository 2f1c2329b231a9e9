import type { Timepiece } from "../clock";
import { ApiError } from "../errors";
import type { RequestContext } from "../http/context";
import type { Log } from "../log/log";
import type { Player } from "../session/guard";
import type { SessionAnswer } from "../session/model";
import { createTokenResponse, type Tokens } from "../session/token-response";
import { newUuidv7 } from "../session/uuidv7";
import type { Stores, Transact } from "../stores";
import type { AccountChange, Progress } from "./store";

export type UndoDeps = { transact: Transact; clock: Timepiece; tokens: Tokens; log: Log };

/**
 * Takes a change back: what it did and nothing that happened since. Asked again, it answers the same.
 * @returns the session that asks; after a merge it is the other player's again when it was before
 * @throws {ApiError} not_found for a change that is not the player's, or older than 30 days; undo_conflict when a way
 * in belongs to somebody else by now; last_identity when the player would have none
 */
export async function undo(
  { transact, clock, tokens, log }: UndoDeps,
  { user, sessionId }: Player,
  changeId: string,
  context: RequestContext,
): Promise<SessionAnswer> {
  const done = await transact(async (stores) => {
    const { accountChanges, audit, sessions, users } = stores;
    const change = await accountChanges.find(changeId);
    if (!change || !mayAskFor(change, user.id)) throw new ApiError("not_found");
    if (change.undoneAt === null) {
      await takeBack(stores, change);
      await accountChanges.markUndone(changeId);
      await audit.append(newUuidv7(clock), {
        action: "undo",
        userId: change.userId,
        before: { change: changeId, action: change.kind },
        actor: { kind: "player", id: user.id },
        requestId: context.requestId,
      });
    }
    const isMoved = change.kind === "merge" && change.movedSession === sessionId;
    const owner = await users.find(isMoved ? change.givenUp : change.userId);
    const session = owner && (await sessions.current(sessionId, owner.id));
    if (!session) throw new ApiError("invalid_token");
    return { change, owner, session };
  });
  if (done.change.undoneAt === null)
    log.event("change_undone", { userId: user.id, sessionId, reason: done.change.kind, ...context });
  return createTokenResponse(tokens, done.owner, { sessionId, ...done.session });
}

/** The player who was given up has it back in a merge's undoing, and may ask for it once more. */
function mayAskFor(change: AccountChange, userId: number): boolean {
  if (change.userId === userId) return true;
  return change.kind === "merge" && change.givenUp === userId && change.undoneAt !== null;
}

async function takeBack(stores: Stores, change: AccountChange): Promise<void> {
  const { identities, sessions, users } = stores;
  const { userId } = change;
  const locked = await users.lock(userId, ...(change.kind === "merge" ? [change.givenUp] : []));
  switch (change.kind) {
    case "link":
      if (!(await identities.unlinkOne(userId, change.provider, change.subject)))
        throw new ApiError("undo_conflict");
      if ((await identities.list(userId)).length === 0) throw new ApiError("last_identity");
      break;
    case "unlink":
      if (!(await identities.restore(change.identities, userId))) throw new ApiError("undo_conflict");
      break;
    case "merge": {
      const { givenUp, before, after } = change;
      const kept = locked.get(userId);
      if (!kept || !(await identities.restore(change.identities, userId)))
        throw new ApiError("undo_conflict");
      await users.takeBack(givenUp, userId, change.earlier);
      await users.setProgress(userId, withoutMerge(kept, before, after));
      if (change.movedSession) await sessions.move(change.movedSession, userId, givenUp);
      await sessions.reopen(givenUp, change.endedSessions);
      await users.syncWithIdentities(givenUp);
      if ((await identities.list(userId)).length === 0) throw new ApiError("last_identity");
    }
  }
  await users.syncWithIdentities(userId);
}

/** What the kept player has won since stays theirs. */
function withoutMerge(now: Progress, before: Progress, after: Progress): Progress {
  return {
    stars: Math.max(0, before.stars + now.stars - after.stars),
    level: Math.max(1, before.level + now.level - after.level),
  };
}
