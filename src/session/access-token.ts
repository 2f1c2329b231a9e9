import { type Clock, epochSeconds } from "../clock";
import { hmacJwt } from "./hmac-jwt";
import { keyPairJwt } from "./jwt";
import type { KeyRing } from "./keys";

export const ISSUER = "robotouille-account-server";
export const AUDIENCE = "robotouille";
const TYPE = "at+jwt";
const MAXIMUM_LENGTH = 4_096;
const MAXIMUM_USER_ID = 2 ** 31 - 1;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export type AccessTokenSubject = { userId: number; sessionId: string };

export type AccessTokens = {
  expiresInSeconds: number;
  /** Signs a JWT access token (RFC 9068 profile: `typ: at+jwt`). */
  issue(subject: AccessTokenSubject): Promise<string>;
  /** @returns null for anything but a token of ours that is valid now; never throws */
  verify(token: string): Promise<AccessTokenSubject | null>;
};

/** What one key signs and recognises. */
export type Jwt = {
  /** @param claims with `iat` and `exp` as NumericDates */
  sign(claims: { iat: number; exp: number; [claim: string]: string | number }): string | Promise<string>;
  /** @returns the claims, as yet unchecked, of a token with this key's signature, algorithm, `kid` and `typ`, else null */
  verify(token: string): unknown;
};

/** Access tokens, signed with the current key; each of the ring verifies. */
export function createAccessTokens(ring: KeyRing, expiresInSeconds: number, clock: Clock): AccessTokens {
  const jwts = ring.map((key) => ("secret" in key ? hmacJwt(key, TYPE) : keyPairJwt(key, TYPE, clock)));
  const [current] = jwts as [Jwt];

  return {
    expiresInSeconds,
    async issue({ userId, sessionId }) {
      const iat = epochSeconds(clock);
      return current.sign({
        sub: String(userId),
        user_id: userId,
        sid: sessionId,
        type: "access",
        iss: ISSUER,
        aud: AUDIENCE,
        iat,
        exp: iat + expiresInSeconds,
      });
    },
    async verify(token) {
      if (token.length > MAXIMUM_LENGTH) return null;
      for (const jwt of jwts) {
        const claims = await jwt.verify(token);
        if (claims !== null) return subjectOf(claims, epochSeconds(clock));
      }
      return null;
    },
  };
}

/** RFC 7519 §4.1: the claims that we issue, and NumericDates of which `exp` lies ahead and `nbf`, if any, does not. */
function subjectOf(claims: unknown, now: number): AccessTokenSubject | null {
  if (typeof claims !== "object" || claims === null) return null;
  const { iss, aud, type, sub, user_id: userId, sid, iat, exp, nbf = 0 } = claims as Record<string, unknown>;
  if (iss !== ISSUER || aud !== AUDIENCE || type !== "access") return null;
  if (typeof iat !== "number" || typeof exp !== "number" || typeof nbf !== "number") return null;
  if (exp <= now || nbf > now) return null;
  if (!isUserId(userId) || String(userId) !== sub) return null;
  return typeof sid === "string" && UUID.test(sid) ? { userId, sessionId: sid } : null;
}

function isUserId(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) <= MAXIMUM_USER_ID;
}
