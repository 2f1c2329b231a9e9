import type { Clock } from "../clock";
import { ApiError } from "../errors";
import type { RequestContext } from "../http/context";
import type { VerifiedIdentity } from "../identity/provider";
import type { IdentityStore } from "../identity/store";
import type { Log } from "../log/log";
import type { SessionAnswer } from "../session/model";
import type { NewSession, SessionStore } from "../session/store";
import { createTokenResponse, type Tokens } from "../session/token-response";
import { isNameTaken, type UserRow } from "../users/store";
import { suggestNames } from "../users/suggested-names";

export type SignInDeps = {
  identities: IdentityStore;
  sessions: SessionStore;
  tokens: Tokens;
  log: Log;
  clock: Clock;
};

/**
 * Signs a verified player in on a device of their own, and up on the first time.
 * @param device what the player calls it, at most 64 characters
 * @throws {ApiError} account_disabled
 */
export async function signIn(
  deps: SignInDeps,
  identity: VerifiedIdentity,
  device: string | undefined,
  context: RequestContext,
): Promise<SessionAnswer> {
  const opening = {
    sessionId: Bun.randomUUIDv7("hex", deps.clock.now()),
    device: device ?? null,
    ip: context.ip,
  };
  const { user, isNew } = await openSession(deps.identities, identity, opening);
  if (!isNew) await deps.sessions.evictIdlest(user.id);
  const details = { userId: user.id, sessionId: opening.sessionId, device, ...context };
  if (isNew) deps.log.event("new_player", { ...details, username: user.name });
  deps.log.event("login", details);
  return createTokenResponse(deps.tokens, user, { sessionId: opening.sessionId, generation: 0 });
}

type Opened = { user: UserRow; isNew: boolean };

async function openSession(
  identities: IdentityStore,
  identity: VerifiedIdentity,
  opening: NewSession,
): Promise<Opened> {
  const known = await identities.signIn(identity, opening);
  if (known) return { user: known, isNew: false };
  const enrolled = await enroll(identities, identity, opening);
  if (enrolled) return { user: enrolled, isNew: true };
  const sameMoment = await identities.signIn(identity, opening);
  if (sameMoment) return { user: sameMoment, isNew: false };
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
