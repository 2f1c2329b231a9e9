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
import { isNameTaken, type UserRow } from "../users/store";
import { suggestNames } from "../users/suggested-names";

export type SignInDeps = {
  identities: IdentityStore;
  sessions: SessionStore;
  tokens: Tokens;
  limits: Pick<Limits, "newGuest">;
  log: Log;
};

/**
 * Signs a verified player in on a device of their own, and up on the first time. An opening that has happened already,
 * by a proof that was sent again because its answer was lost, gets the same session.
 * @throws {ApiError} account_disabled; invalid_grant when that session is over; rate_limited for one guest too many
 */
export async function signIn(
  { identities, sessions, tokens, limits, log }: SignInDeps,
  identity: VerifiedIdentity,
  opening: NewSession,
  context: RequestContext,
): Promise<SessionAnswer> {
  const { sessionId, device, clientId, scope } = opening;
  const { user, isNew, isOpened } = await openSession(identities, limits, identity, opening);
  const client = clientId ?? undefined;
  const details = { userId: user.id, sessionId, device: device ?? undefined, client, ...context };
  if (isOpened) {
    if (isNew) log.event("new_player", { ...details, username: user.name });
    else
      for (const evicted of await sessions.evictIdlest(user.id))
        log.event("session_evicted", { userId: user.id, sessionId: evicted, ...context });
    log.event("login", { ...details, provider: identity.provider });
  } else {
    if (!(await sessions.isAlive(sessionId))) throw new ApiError("invalid_grant");
    log.event("login_repeated", details);
  }
  return createTokenResponse(tokens, user, { sessionId, generation: 0, clientId, scope });
}

type Opened = { user: UserRow; isNew: boolean; isOpened: boolean };

async function openSession(
  identities: IdentityStore,
  limits: SignInDeps["limits"],
  identity: VerifiedIdentity,
  opening: NewSession,
): Promise<Opened> {
  const known = await identities.signIn(identity, opening);
  if (known) return { ...known, isNew: false };
  if (identity.provider === GUEST) await limits.newGuest(opening.ip);
  const enrolled = await enroll(identities, identity, opening);
  if (enrolled) return { user: enrolled, isNew: true, isOpened: true };
  const sameMoment = await identities.signIn(identity, opening);
  if (sameMoment) return { ...sameMoment, isNew: false };
  throw new ApiError("account_disabled");
}

async function enroll(
  identities: IdentityStore,
  identity: VerifiedIdentity,
  opening: NewSession,
): Promise<UserRow | null> {
  const profile = await identity.loadProfile();
  const names = suggestNames(profile.name, Math.random);
  for (;;) {
    const username = names.next().value;
    try {
      return await identities.enroll(identity, profile, username, opening);
    } catch (error) {
      if (!isNameTaken(error)) throw error;
    }
  }
}
