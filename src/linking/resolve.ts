import type { Timepiece } from "../clock";
import { ApiError } from "../errors";
import type { RequestContext } from "../http/context";
import type { Log } from "../log/log";
import type { Player } from "../session/guard";
import type { SessionAnswer } from "../session/model";
import { createTokenResponse, type Issued, type Tokens } from "../session/token-response";
import type { Stores, Transact } from "../stores";
import type { LockedUser, UserRow } from "../users/store";
import type { Conflict, ConflictTickets } from "./conflict-ticket";
import { merge } from "./merge";

export type ResolveDeps = {
  transact: Transact;
  conflictTickets: ConflictTickets;
  clock: Timepiece;
  tokens: Tokens;
  log: Log;
};

/** Which of the two players goes on: the one who asks, or the one whose the identity was. */
export type Keep = "mine" | "theirs";

type Resolved = { kept: UserRow; session: Omit<Issued, "sessionId">; givenUp: number | null };

/**
 * Makes one player of the two in a conflict. Asked again, because the answer was lost, it answers the same.
 * @returns the session that asks, of the player who is kept
 * @throws {ApiError} authorization_expired when the ticket is not this player's, is too old, or tells of what is no
 * longer so; account_disabled when either is banned
 */
export async function resolveConflict(
  { transact, conflictTickets, clock, tokens, log }: ResolveDeps,
  { user, sessionId }: Player,
  ticket: string,
  keep: Keep,
  context: RequestContext,
): Promise<SessionAnswer> {
  const conflict = await conflictTickets.open(ticket);
  if (!conflict) throw outdated();
  const { kept, session, givenUp } = await transact((stores) =>
    resolveOnce(stores, clock, conflict, keep, { user, sessionId }, context),
  );
  if (givenUp !== null)
    log.event("players_merged", { userId: kept.id, sessionId, givenUpUserId: givenUp, ...context });
  return createTokenResponse(tokens, kept, { sessionId, ...session });
}

async function resolveOnce(
  stores: Stores,
  clock: Timepiece,
  { identity, mine: mineId, theirs: theirsId }: Conflict,
  keep: Keep,
  { user, sessionId }: Player,
  { requestId }: RequestContext,
): Promise<Resolved> {
  const { identities, sessions, users } = stores;
  const locked = await users.lock(mineId, theirsId);
  const [mine, theirs] = [locked.get(mineId), locked.get(theirsId)];
  if (!mine || !theirs) throw outdated();
  const [kept, givenUp] = keep === "mine" ? [mine, theirs] : [theirs, mine];
  const isDone = givenUp.merged_into === kept.id;
  if (user.id !== mineId && !(isDone && user.id === kept.id)) throw outdated();
  if (!isDone) {
    if (mine.is_banned || theirs.is_banned) throw new ApiError("account_disabled");
    const isOne = (player: LockedUser) => player.merged_into === null;
    const owner = await identities.ownerOf(identity.provider, identity.subject);
    if (!isOne(mine) || !isOne(theirs) || owner !== theirsId) throw outdated();
    await merge(stores, clock, kept, givenUp, sessionId, {
      actor: { kind: "player", id: user.id },
      requestId,
    });
  }
  const session = await sessions.current(sessionId, kept.id);
  const now = await users.find(kept.id);
  if (!session || !now) throw new ApiError("invalid_token");
  return { kept: now, session, givenUp: isDone ? null : givenUp.id };
}

function outdated(): ApiError {
  return new ApiError("authorization_expired", { cause: "conflict_outdated" });
}
