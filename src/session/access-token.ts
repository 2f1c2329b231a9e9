import { type Clock, epochSeconds } from "../clock";
import { createJwt, type Jwt } from "./jwt";
import type { KeyRing } from "./keys";

const TYPE = "at+jwt";
const ISSUER = "robotouille-account-server";
/** The one client that there is: games that sign in with this server's own endpoints. */
const CLIENT_ID = "game";
const MAXIMUM_LENGTH = 4_096;
const MAXIMUM_USER_ID = 2 ** 31 - 1;
const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export type AccessTokenSubject = {
  userId: number;
  sessionId: string;
  /** Thumbprint of the key that the token is bound to (`cnf.jkt`, RFC 9449 §6.1); null for none. */
  jkt: string | null;
};

export type AccessTokens = {
  expiresInSeconds: number;
  /** Signs a JWT access token (RFC 9068 §2). */
  issue(subject: AccessTokenSubject): Promise<string>;
  /** @returns null for anything but a token of ours that is valid now; never throws */
  verify(token: string): Promise<AccessTokenSubject | null>;
};

export type AccessTokenOptions = { expiresInSeconds: number; audience: string };

/** Access tokens, signed with the current key; each of the ring verifies. */
export function createAccessTokens(
  ring: KeyRing,
  { expiresInSeconds, audience }: AccessTokenOptions,
  clock: Clock,
): AccessTokens {
  const profile = { type: TYPE, issuer: ISSUER, audience };
  const jwts = ring.map((key) => createJwt(key, profile, clock));
  const [current] = jwts as [Jwt];

  return {
    expiresInSeconds,
    issue({ userId, sessionId, jkt }) {
      return current.sign({
        sub: String(userId),
        user_id: userId,
        sid: sessionId,
        type: "access",
        client_id: CLIENT_ID,
        jti: crypto.randomUUID(),
        ...(jkt !== null && { cnf: { jkt } }),
        exp: epochSeconds(clock) + expiresInSeconds,
      });
    },
    async verify(token) {
      if (token.length > MAXIMUM_LENGTH) return null;
      for (const jwt of jwts) {
        const claims = await jwt.verify(token);
        if (claims !== null) return claims.aud === audience ? subjectOf(claims) : null;
      }
      return null;
    },
  };
}

/** The claims of our own, which the plugin knows nothing of, in the shapes that we issue. */
function subjectOf(claims: Record<string, unknown>): AccessTokenSubject | null {
  const { type, sub, user_id: userId, sid, cnf } = claims;
  if (type !== "access") return null;
  if (!isUserId(userId) || String(userId) !== sub) return null;
  if (typeof sid !== "string" || !UUID.test(sid)) return null;
  if (cnf === undefined) return { userId, sessionId: sid, jkt: null };
  const { jkt } = Object(cnf) as Record<string, unknown>;
  return typeof jkt === "string" && THUMBPRINT.test(jkt) ? { userId, sessionId: sid, jkt } : null;
}

function isUserId(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) <= MAXIMUM_USER_ID;
}
