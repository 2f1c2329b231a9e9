import { jwt } from "@elysiajs/jwt";
import { decodeProtectedHeader } from "jose";
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
  verify(token: string): Promise<AccessTokenSubject | null>;
};

/** Access tokens over `@elysiajs/jwt`, one instance per key so that the previous key still verifies. */
export function createAccessTokens(ring: KeyRing, expiresInSeconds: number, clock: Clock): AccessTokens {
  const signer = plugin(ring[0], ring[0].signingKey);
  const verifiers = new Map(ring.map((key) => [key.id, { key, jwt: plugin(key, key.verificationKey) }]));

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
    async verify(token) {
      const verifier = verifiers.get(keyIdOf(token) ?? "");
      if (!verifier || !hasUtf8Payload(token)) return null;
      const claims = await verifier.jwt.verify(token, {
        algorithms: [verifier.key.algorithm],
        typ: TYPE,
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ["sub", "sid", "exp", "iat"],
        currentDate: clock.now(),
      });
      if (claims === false || claims.type !== "access") return null;
      const { sub, user_id: userId, sid } = claims as Record<string, unknown>;
      if (!isUserId(userId) || String(userId) !== sub) return null;
      return typeof sid === "string" && UUID.test(sid) ? { userId, sessionId: sid } : null;
    },
  };
}

function isUserId(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) <= MAXIMUM_USER_ID;
}

function plugin(key: TokenKey, secret: CryptoKey) {
  return jwt({
    name: "jwt",
    secret,
    alg: key.algorithm,
    typ: TYPE,
    kid: key.id,
    iss: ISSUER,
    aud: AUDIENCE,
  }).decorator.jwt;
}

function keyIdOf(token: string): string | undefined {
  if (token.length > MAXIMUM_LENGTH) return undefined;
  try {
    return decodeProtectedHeader(token).kid;
  } catch {
    return undefined;
  }
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

function hasUtf8Payload(token: string): boolean {
  try {
    strictUtf8.decode(Buffer.from(token.split(".")[1] ?? "", "base64url"));
    return true;
  } catch {
    return false;
  }
}
