import type { OnceToken } from "../authorization/store";
import { banFields } from "../bans/banned";
import type { IdentityHashes } from "../bans/identity-hashes";
import type { BanStore } from "../bans/store";
import type { Timepiece } from "../clock";
import { ApiError } from "../errors";
import type { RequestContext } from "../http/context";
import type { VerifiedIdentity } from "../identity/provider";
import { refusal } from "../identity/refusals";
import type { IdentityStore, SignedIn } from "../identity/store";
import { takeLeavingBack } from "../leaving/restore";
import type { Limits } from "../limits/limits";
import type { Log } from "../log/log";
import type { SessionAnswer } from "../session/model";
import type { NewSession, SessionStore } from "../session/store";
import { createTokenResponse, type Tokens } from "../session/token-response";
import type { Transact } from "../stores";
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
  transact: Transact;
  clock: Timepiece;
  log: Log;
};

/**
 * Signs a verified player in on a device of their own, and up on the first time. An opening that has happened already,
 * by a proof that was sent again because its answer was lost, gets the same session. Who had left is back then.
 * @param idToken that the player proved themselves with, which opens one session
 * @throws {ApiError} google_token_invalid or provider_token_invalid for an id token that has opened another session more
 * than a minute ago; account_disabled with `reason` and `until`; invalid_grant when that session is over,
 * invalid_dpop_proof when it is bound to another key; rate_limited for one guest too many
 */
export async function signIn(
  deps: SignInDeps,
  identity: VerifiedIdentity,
  opening: NewSession,
  context: RequestContext,
  idToken: OnceToken | null = null,
): Promise<SessionAnswer> {
  const { sessions, tokens, transact, clock, log } = deps;
  const { device, clientId, scope, jkt } = opening;
  const { sessionId, user, isNew, isOpened, isLeaving, openBefore } = await openSession(
    deps,
    identity,
    opening,
    idToken,
  );
  const client = clientId ?? undefined;
  const details = { userId: user.id, sessionId, device: device ?? undefined, client, ...context };
  const by = { actor: { kind: "player", id: user.id }, requestId: context.requestId } as const;
  const isRestored = isLeaving && (await transact((stores) => takeLeavingBack(stores, clock, user.id, by)));
  if (isRestored) log.event("account_restored", details);
  if (isOpened) {
    if (isNew) log.event("new_player", { ...details, username: user.name });
    else
      for (const evicted of await sessions.evictIdlest(user.id, openBefore))
        log.event("session_evicted", { userId: user.id, sessionId: evicted, ...context });
    log.event("login", { ...details, provider: identity.provider });
  } else {
    const session = await sessions.findAlive(sessionId);
    if (!session) throw new ApiError("invalid_grant");
    if (session.jkt !== jkt) throw new ApiError("invalid_dpop_proof", { cause: "dpop_key" });
    log.event("login_repeated", details);
  }
  const answer = await createTokenResponse(tokens, user, { sessionId, generation: 0, clientId, scope, jkt });
  return isRestored ? { ...answer, restored: true } : answer;
}

type Opened = SignedIn & { sessionId: string; isNew: boolean };

async function openSession(
  deps: Omit<SignInDeps, "sessions" | "tokens" | "log">,
  identity: VerifiedIdentity,
  asked: NewSession,
  idToken: OnceToken | null,
): Promise<Opened> {
  const { bans, identities, identityHashes, limits } = deps;
  const { sessionId, known } = idToken
    ? await identities.signInOnce(identity, asked, idToken)
    : { sessionId: asked.sessionId, known: await identities.signIn(identity, asked) };
  if (sessionId === null) throw refusal(identity.provider, "token_invalid");
  if (known) return { ...known, sessionId, isNew: false };
  const opening = { ...asked, sessionId };
  if (identity.provider === GUEST) await limits.newGuest(opening.ip);
  const hashes = (await identityHashes())(identity);
  const user = await enroll(deps, identity, opening, hashes);
  if (user) return { user, sessionId, isNew: true, isOpened: true, isLeaving: false, openBefore: 0 };
  const sameMoment = await identities.signIn(identity, opening);
  if (sameMoment) return { ...sameMoment, sessionId, isNew: false };
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
