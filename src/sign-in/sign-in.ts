import { banFields } from "../bans/banned";
import type { IdentityHashes } from "../bans/identity-hashes";
import type { BanStore } from "../bans/store";
import { ApiError } from "../errors";
import type { RequestContext } from "../http/context";
import type { VerifiedIdentity } from "../identity/provider";
import type { IdentityStore } from "../identity/store";
import type { Limits } from "../limits/limits";
import type { Log } from "../log/log";
import type { SessionAnswer } from "../session/model";
import type { NewSession, SessionStore } from "../session/store";
import { createTokenResponse, type Tokens } from "../session/token-response";
import { GUEST } from "../users/model";
import type { NamePolicy } from "../users/name-policy";
import { isNameTaken, type UserRow } from "../users/store";
import { suggestNames } from "../users/suggested-names";

export type SignInDeps = {
  bans: BanStore;
  identityHashes: IdentityHashes;
  identities: IdentityStore;
  sessions: SessionStore;
  tokens: Tokens;
  limits: Pick<Limits, "newGuest">;
  namePolicy: () => Promise<NamePolicy>;
  log: Log;
};

/**
 * Signs a verified player in on a device of their own, and up on the first time. An opening that has happened already,
 * by a proof that was sent again because its answer was lost, gets the same session.
 * @throws {ApiError} account_disabled with `reason` and `until`; invalid_grant when that session is over,
 * invalid_dpop_proof when it is bound to another key; rate_limited for one guest too many
 */
export async function signIn(
  deps: SignInDeps,
  identity: VerifiedIdentity,
  opening: NewSession,
  context: RequestContext,
): Promise<SessionAnswer> {
  const { sessions, tokens, log } = deps;
  const { sessionId, device, clientId, scope, jkt } = opening;
  const { user, isNew, isOpened } = await openSession(deps, identity, opening);
  const client = clientId ?? undefined;
  const details = { userId: user.id, sessionId, device: device ?? undefined, client, ...context };
  if (isOpened) {
    if (isNew) log.event("new_player", { ...details, username: user.name });
    else
      for (const evicted of await sessions.evictIdlest(user.id))
        log.event("session_evicted", { userId: user.id, sessionId: evicted, ...context });
    log.event("login", { ...details, provider: identity.provider });
  } else {
    const session = await sessions.findAlive(sessionId);
    if (!session) throw new ApiError("invalid_grant");
    if (session.jkt !== jkt) throw new ApiError("invalid_dpop_proof", { cause: "dpop_key" });
    log.event("login_repeated", details);
  }
  return createTokenResponse(tokens, user, { sessionId, generation: 0, clientId, scope, jkt });
}

type Opened = { user: UserRow; isNew: boolean; isOpened: boolean };

async function openSession(
  deps: Omit<SignInDeps, "sessions" | "tokens" | "log">,
  identity: VerifiedIdentity,
  opening: NewSession,
): Promise<Opened> {
  const { bans, identities, identityHashes, limits } = deps;
  const known = await identities.signIn(identity, opening);
  if (known) return { ...known, isNew: false };
  if (identity.provider === GUEST) await limits.newGuest(opening.ip);
  const hashes = (await identityHashes())(identity);
  const enrolled = await enroll(deps, identity, opening, hashes);
  if (enrolled) return { user: enrolled, isNew: true, isOpened: true };
  const sameMoment = await identities.signIn(identity, opening);
  if (sameMoment) return { ...sameMoment, isNew: false };
  const ban = await bans.find(identity, hashes);
  throw new ApiError("account_disabled", { fields: banFields(ban ?? { reason: null, until: null }) });
}

async function enroll(
  { identities, namePolicy }: Pick<SignInDeps, "identities" | "namePolicy">,
  identity: VerifiedIdentity,
  opening: NewSession,
  hashes: Buffer[],
): Promise<UserRow | null> {
  const profile = await identity.loadProfile();
  const names = suggestNames(profile.name, Math.random, await namePolicy());
  for (;;) {
    const username = names.next().value;
    try {
      return await identities.enroll(identity, profile, username, opening, hashes);
    } catch (error) {
      if (!isNameTaken(error)) throw error;
    }
  }
}
