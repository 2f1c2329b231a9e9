import type { Timepiece } from "../clock";
import { ApiError } from "../errors";
import type { RequestContext } from "../http/context";
import type { Log } from "../log/log";
import type { StatRules } from "../progress/stats";
import type { Player } from "../session/guard";
import type { SessionAnswer } from "../session/model";
import { createTokenResponse, type Tokens } from "../session/token-response";
import type { Transact } from "../stores";
import { isOwn } from "./list-changes";
import type { AccountChange } from "./store";
import { takeBack } from "./take-back";

export type UndoDeps = {
  transact: Transact;
  clock: Timepiece;
  statRules: StatRules;
  tokens: Tokens;
  log: Log;
};

/**
 * Takes a change back: what it did and nothing that happened since. Asked again, it answers the same.
 * @returns the session that asks; after a merge it is the other player's again when it was before
 * @throws {ApiError} not_found for a change that is not the player's, or older than 30 days; undo_conflict when a way
 * in belongs to somebody else by now; last_identity when the player would have none
 */
export async function undo(
  { transact, clock, statRules, tokens, log }: UndoDeps,
  { user, sessionId }: Player,
  changeId: string,
  context: RequestContext,
): Promise<SessionAnswer> {
  const done = await transact(async (stores) => {
    const { accountChanges, sessions, users } = stores;
    const change = await accountChanges.find(changeId);
    if (!change || !mayAskFor(change, user.id)) throw new ApiError("not_found");
    if (change.undoneAt === null)
      await takeBack(stores, clock, statRules, change, {
        actor: { kind: "player", id: user.id },
        requestId: context.requestId,
      });
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
  if (!isOwn(change)) return false;
  if (change.userId === userId) return true;
  return change.kind === "merge" && change.givenUp === userId && change.undoneAt !== null;
}
