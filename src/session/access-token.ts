import { isUtf8 } from "node:buffer";
import { jwt } from "@elysiajs/jwt";
import { createVerifier } from "fast-jwt";
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

/**
 * Access tokens: signed by the JWT plugin, verified by fast-jwt, once for every request, without WebCrypto's detour
 * through another thread. A verifier per key, so that the previous key still verifies.
 */
export function createAccessTokens(ring: KeyRing, expiresInSeconds: number, clock: Clock): AccessTokens {
  const signer = signerOf(ring[0]);
  const verifiers = new Map(ring.map((key) => [key.id, verifierOf(key)]));

  const claimsOf = (token: string): Record<string, unknown> | null => {
    try {
      return verifiers.get(keyIdOf(token))?.(token) ?? null;
    } catch {
      return null;
    }
  };

  return {
    expiresInSeconds,
    issue: ({ userId, sessionId }) =>
      signer.sign({
        sub: String(userId),
        user_id: userId,
        sid: sessionId,
        type: "access",
        exp: epochSeconds(clock) + expiresInSeconds,
      }),
    verify(token) {
      if (token.length > MAXIMUM_LENGTH || !isCanonical(token)) return null;
      const claims = claimsOf(token);
      if (claims?.type !== "access" || !isCurrent(claims, clock)) return null;
      const { sub, user_id: userId, sid } = claims;
      if (!isUserId(userId) || String(userId) !== sub) return null;
      return typeof sid === "string" && UUID.test(sid) ? { userId, sessionId: sid } : null;
    },
  };
}

function signerOf({ algorithm, signingKey, id }: TokenKey) {
  return jwt({ secret: signingKey, alg: algorithm, typ: TYPE, kid: id, iss: ISSUER, aud: AUDIENCE }).decorator
    .jwt;
}

/** Checks signature, algorithm, typ, issuer and audience; the times are checked here, by our own clock. */
function verifierOf({ algorithm, verificationKey }: TokenKey): (token: string) => Record<string, unknown> {
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
function keyIdOf(token: string): string {
  const [header = ""] = token.split(".", 1);
  return JSON.parse(Buffer.from(header, "base64url").toString()).kid;
}

/** A payload of valid UTF-8 (RFC 7519 §7.2), and no other spelling of the signature. */
function isCanonical(token: string): boolean {
  const [, payload = "", signature = ""] = token.split(".");
  return (
    isUtf8(Buffer.from(payload, "base64url")) &&
    Buffer.from(signature, "base64url").toString("base64url") === signature
  );
}
