import { isUtf8 } from "node:buffer";
import { jwt } from "@elysiajs/jwt";
import { createSigner, createVerifier } from "fast-jwt";
import { type Clock, epochSeconds } from "../clock";
import type { KeyRing, TokenKey } from "./keys";

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
  verify(token: string): AccessTokenSubject | null;
};

/** Access tokens, signed with the current key. A verifier per key, so that the previous key still verifies. */
export function createAccessTokens(ring: KeyRing, expiresInSeconds: number, clock: Clock): AccessTokens {
  const sign = signerOf(ring[0], clock);
  const verifiers = new Map(ring.map((key) => [key.id, verifierOf(key)]));
  // By their text, so that it is parsed once; only of tokens that we signed, so there are few.
  const knownHeaders = new Map<string, Verifier>();

  const claimsOf = (token: string): Record<string, unknown> | null => {
    const header = token.slice(0, token.indexOf("."));
    try {
      const verifier = knownHeaders.get(header) ?? verifiers.get(keyIdOf(header));
      if (!verifier) return null;
      const claims = verifier(token);
      knownHeaders.set(header, verifier);
      return claims;
    } catch {
      return null;
    }
  };

  return {
    expiresInSeconds,
    issue: async ({ userId, sessionId }) =>
      sign({
        sub: String(userId),
        user_id: userId,
        sid: sessionId,
        type: "access",
        exp: epochSeconds(clock) + expiresInSeconds,
      }),
    verify(token) {
      if (token.length > MAXIMUM_LENGTH || !hasOneSpelling(token)) return null;
      const claims = claimsOf(token);
      if (claims?.type !== "access" || !isCurrent(claims, clock) || !hasUtf8Payload(token)) return null;
      const { sub, user_id: userId, sid } = claims;
      if (!isUserId(userId) || String(userId) !== sub) return null;
      return typeof sid === "string" && UUID.test(sid) ? { userId, sessionId: sid } : null;
    },
  };
}

type Claims = { sub: string; user_id: number; sid: string; type: string; exp: number };

/**
 * An HMAC is made in place, by fast-jwt: WebCrypto's detour through another thread costs several times as much. A
 * private key's signature is long work, which the JWT plugin does in that other thread while this one serves.
 */
function signerOf({ algorithm, signingKey, id }: TokenKey, clock: Clock) {
  const common = { typ: TYPE, kid: id, iss: ISSUER, aud: AUDIENCE };
  if (signingKey instanceof CryptoKey) {
    const plugin = jwt({ secret: signingKey, alg: algorithm, ...common });
    return (claims: Claims) => plugin.decorator.jwt.sign(claims);
  }
  const sign = createSigner({ key: signingKey, algorithm, ...common });
  return (claims: Claims) => sign({ ...claims, iat: epochSeconds(clock) });
}

type Verifier = (token: string) => Record<string, unknown>;

/** Checks signature, algorithm, typ, issuer and audience; the times are checked here, by our own clock. */
function verifierOf({ algorithm, verificationKey }: TokenKey): Verifier {
  return createVerifier({
    algorithms: [algorithm],
    key: verificationKey,
    checkTyp: TYPE,
    allowedIss: ISSUER,
    allowedAud: AUDIENCE,
    requiredClaims: ["iss", "aud", "sub", "sid", "exp", "iat"],
    ignoreExpiration: true,
    ignoreNotBefore: true,
    cache: false,
  });
}

/** RFC 7519 §4.1.4–4.1.6: NumericDates, of which `exp` lies ahead and `nbf`, if any, does not. */
function isCurrent({ exp, nbf = 0, iat }: Record<string, unknown>, clock: Clock): boolean {
  const now = epochSeconds(clock);
  return (
    typeof exp === "number" && exp > now && typeof nbf === "number" && nbf <= now && typeof iat === "number"
  );
}

function isUserId(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) <= MAXIMUM_USER_ID;
}

/** @throws when the header is not JSON */
function keyIdOf(header: string): string {
  return JSON.parse(Buffer.from(header, "base64url").toString()).kid;
}

/** Whether the unused bits at the signature's end are zero (RFC 4648 §3.5). */
function hasOneSpelling(token: string): boolean {
  const last = token.at(-1) as string;
  switch ((token.length - token.lastIndexOf(".") - 1) % 4) {
    case 1:
      return false;
    case 2:
      return "AQgw".includes(last);
    case 3:
      return "AEIMQUYcgkosw048".includes(last);
    default:
      return true;
  }
}

/** RFC 7519 §7.2; JSON.parse has put replacement characters in the place of anything else. */
function hasUtf8Payload(token: string): boolean {
  const [, payload = ""] = token.split(".", 2);
  return isUtf8(Buffer.from(payload, "base64url"));
}
