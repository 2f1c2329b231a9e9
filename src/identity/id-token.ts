import { compactVerify, decodeProtectedHeader, type JWK } from "jose";
import { type Clock, epochSeconds } from "../clock";
import { ApiError } from "../errors";
import { identityOf } from "./claims";
import type { Identity } from "./provider";
import type { ProviderKeys } from "./provider-keys";
import { refusal } from "./refusals";
import type { Deadline } from "./sign-in-deadline";

const DAY_SECONDS = 86_400;
/** For clocks that differ. */
const SKEW_SECONDS = 300;
/** More than a request to us can carry; an issuer's answer may. */
const MAXIMUM_TOKEN_LENGTH = 16_384;

/** Whose id tokens are taken, for whom, and how they are signed. */
export type IdTokenRules = {
  provider: string;
  /** Compared whole. */
  issuer: string;
  /** Our client ids. */
  audiences: readonly string[];
  /** Names of JSON Web Algorithms (RFC 7518 §3.1), none of a shared secret. */
  algorithms: readonly string[];
};

/** Who an id token is of, and all that it says. */
export type VerifiedIdToken = {
  identity: Identity;
  claims: Readonly<Record<string, unknown>>;
  /** When the same token would be refused for its age. */
  expiresAt: Date;
};

/**
 * Verifies an id token (OpenID Connect Core §3.1.3.7): algorithm, signature, issuer, audience, times within 300 s, an age
 * of a day at most, subject.
 * @param nonce that the token must carry; undefined asks for none
 * @throws {ApiError} provider_audience_mismatch for another application's, provider_token_invalid for whatever else is
 * wrong with it, provider_unavailable_now when its key cannot be had
 */
export async function verifyIdToken(
  token: string,
  nonce: string | undefined,
  { provider, issuer, audiences, algorithms }: IdTokenRules,
  { keys, clock, inTime }: { keys: ProviderKeys<JWK>; clock: Clock; inTime: Deadline },
): Promise<VerifiedIdToken> {
  const invalid = () => refusal(provider, "token_invalid");
  const keyId = keyIdOf(token, algorithms);
  if (keyId === null) throw invalid();
  const known = await inTime(keys.find(keyId)).catch((cause): never => {
    throw cause instanceof ApiError ? cause : refusal(provider, "unavailable", { cause });
  });
  const claims = await signedClaims(token, known[keyId], algorithms);
  if (claims?.iss !== issuer) throw invalid();
  if (!isFor(audiences, claims)) throw refusal(provider, "audience_mismatch");
  const goodUntil = endOf(claims, epochSeconds(clock));
  const identity = identityOf(provider, claims);
  if (goodUntil === null || !identity || (nonce !== undefined && claims.nonce !== nonce)) throw invalid();
  return { identity, claims, expiresAt: new Date(goodUntil * 1_000) };
}

/**
 * The id of the key that the header names, "" when it names none. Another algorithm is refused before a key is fetched
 * (RFC 8725 §3.1).
 */
function keyIdOf(token: string, algorithms: readonly string[]): string | null {
  if (token.length > MAXIMUM_TOKEN_LENGTH) return null;
  try {
    const { alg, kid = "" } = decodeProtectedHeader(token);
    return typeof alg === "string" && algorithms.includes(alg) && typeof kid === "string" ? kid : null;
  } catch {
    return null;
  }
}

async function signedClaims(
  token: string,
  key: JWK | undefined,
  algorithms: readonly string[],
): Promise<Record<string, unknown> | null> {
  if (!key) return null;
  try {
    // Whatever is wrong here is wrong with the token, or with a key that is not made for it.
    const { payload } = await compactVerify(token, key, { algorithms: [...algorithms] });
    const claims: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
    return Object(claims) === claims ? (claims as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** With several audiences, the party that it was issued to has to be us (§3.1.3.7, 3 to 5). */
function isFor(ours: readonly string[], { aud, azp }: Record<string, unknown>): boolean {
  const audiences: unknown[] = Array.isArray(aud) ? aud : [aud];
  const isOurs = (id: unknown) => typeof id === "string" && ours.includes(id);
  if (!audiences.some(isOurs)) return false;
  return azp === undefined ? audiences.length === 1 : isOurs(azp);
}

/** The second since the epoch until which a token is taken; null when it is past, or when it was issued in the future. */
function endOf({ iat, exp }: Record<string, unknown>, now: number): number | null {
  if (typeof iat !== "number" || typeof exp !== "number" || iat - SKEW_SECONDS > now) return null;
  const end = Math.min(exp, iat + DAY_SECONDS) + SKEW_SECONDS;
  return end < now ? null : end;
}
