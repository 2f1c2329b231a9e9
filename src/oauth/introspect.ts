import { GAME_CLIENT_ID } from "../config/oauth";
import type { SessionDescription, SessionStore } from "../session/store";
import type { Tokens } from "../session/token-response";
import type { Introspection } from "./model";
import { isJwt } from "./revoke";

export type IntrospectDeps = {
  sessions: SessionStore;
  tokens: Tokens;
  /** When a session ends at the latest, in seconds after its last refresh and after the sign-in. */
  lifetimes: { idleSeconds: number; maxSeconds: number };
};

const INACTIVE: Introspection = { active: false };

/**
 * Says whether a token is good at this moment, and what it says (RFC 7662 §2.2). Of a token that is not, nothing is
 * told. The session's row is read: after a logout it is inactive at once.
 * @param issuer of this server
 */
export async function introspect(
  deps: IntrospectDeps,
  token: string,
  issuer: string,
): Promise<Introspection> {
  return isJwt(token) ? ofAccessToken(deps, token) : ofRefreshToken(deps, token, issuer);
}

async function ofAccessToken({ sessions, tokens }: IntrospectDeps, token: string): Promise<Introspection> {
  const verified = await tokens.access.verify(token);
  const user = verified && (await sessions.findUser(verified.sessionId, verified.userId));
  if (!user) return INACTIVE;
  // What is not declared does not leave the server.
  const token_type = verified.jkt === null ? ("Bearer" as const) : ("DPoP" as const);
  const roles = user.roles.split(",");
  return { active: true, username: user.name, token_type, ...verified.claims, roles };
}

/** The one before, which a lost answer still exchanges within the grace, counts as spent. */
async function ofRefreshToken(
  { sessions, tokens, lifetimes }: IntrospectDeps,
  token: string,
  iss: string,
): Promise<Introspection> {
  const opened = tokens.refresh.open(token);
  if (!opened?.knownKey) return INACTIVE;
  const session = await sessions.describe(opened.sessionId);
  if (!session?.isAlive || opened.generation < session.generation) return INACTIVE;
  return {
    active: true,
    ...(session.scope === null ? {} : { scope: session.scope }),
    client_id: session.clientId ?? GAME_CLIENT_ID,
    ...(session.jkt === null ? {} : { cnf: { jkt: session.jkt } }),
    exp: endOf(session, lifetimes),
    iat: epoch(session.rotatedAt),
    sub: String(session.userId),
    iss,
    sid: opened.sessionId,
  };
}

function endOf(
  { createdAt, rotatedAt }: SessionDescription,
  { idleSeconds, maxSeconds }: IntrospectDeps["lifetimes"],
): number {
  return Math.min(epoch(rotatedAt) + idleSeconds, epoch(createdAt) + maxSeconds);
}

function epoch(time: Date): number {
  return Math.floor(time.getTime() / 1_000);
}
