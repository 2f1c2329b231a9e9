import type { By } from "../audit/event";
import type { Timepiece } from "../clock";
import { ApiError } from "../errors";
import type { RequestContext } from "../http/context";
import type { Identity, VerifiedIdentity } from "../identity/provider";
import type { Log } from "../log/log";
import type { Player } from "../session/guard";
import type { Stores, Transact } from "../stores";
import type { LockedUser, UserRow } from "../users/store";
import type { ConflictTickets } from "./conflict-ticket";
import { record } from "./record";
import { summaryOf } from "./summary";

export type LinkDeps = { transact: Transact; conflictTickets: ConflictTickets; clock: Timepiece; log: Log };

type Linked = { user: UserRow; isNew: boolean } | { mine: LockedUser; theirs: LockedUser };

/**
 * Gives a player one more way in. Nothing else of them changes, and nothing at all when they have it already.
 * @throws {ApiError} identity_in_use with a ticket and both players when it is another player's; account_disabled when
 * that one is banned
 */
export async function link(
  deps: LinkDeps,
  { user, sessionId }: Player,
  { loadProfile, expiresAt: _, ...identity }: VerifiedIdentity,
  context: RequestContext,
): Promise<UserRow> {
  const { name } = await loadProfile();
  const by = { actor: { kind: "player", id: user.id }, requestId: context.requestId } as const;
  const linked = await deps.transact((stores) => linkOnce(stores, deps.clock, user.id, identity, name, by));
  if ("theirs" in linked) throw await inUse(deps, identity, linked);
  if (linked.isNew)
    deps.log.event("identity_linked", {
      userId: user.id,
      sessionId,
      provider: identity.provider,
      ...context,
    });
  return linked.user;
}

async function linkOnce(
  stores: Stores,
  clock: Timepiece,
  userId: number,
  identity: Identity,
  name: string | null,
  by: By,
): Promise<Linked> {
  const { identities, users } = stores;
  const mine = (await users.lock(userId)).get(userId);
  if (!mine || mine.merged_into !== null) throw new ApiError("invalid_token");
  const { provider, subject } = identity;
  for (;;) {
    if (await identities.link(identity, name, userId)) {
      await record(stores, clock, userId, { kind: "link", provider, subject }, by);
      return { user: (await users.syncWithIdentities(userId)) ?? mine, isNew: true };
    }
    const owner = await identities.ownerOf(provider, subject);
    if (owner === userId) return { user: mine, isNew: false };
    const theirs = owner === null ? null : await users.find(owner);
    if (theirs) return { mine, theirs };
  }
}

async function inUse(
  { conflictTickets }: LinkDeps,
  identity: Identity,
  { mine, theirs }: { mine: LockedUser; theirs: LockedUser },
): Promise<ApiError> {
  if (theirs.is_banned) return new ApiError("account_disabled");
  const ticket = await conflictTickets.seal({ identity, mine: mine.id, theirs: theirs.id });
  return new ApiError("identity_in_use", {
    fields: { ticket, mine: summaryOf(mine), theirs: summaryOf(theirs) },
  });
}
