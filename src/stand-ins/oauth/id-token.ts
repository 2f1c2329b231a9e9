import { createHash } from "node:crypto";
import { type JWTPayload, SignJWT } from "jose";
import { epochSeconds, type Timepiece } from "../../clock";
import type { SigningKeys } from "../keys";

/**
 * Signs an id token (OpenID Connect Core §2).
 *
 * @param claims beside `iat` and `exp`; undefined ones are left out
 */
export async function signIdToken(
  claims: JWTPayload,
  options: { keys: SigningKeys; clock: Timepiece; lifetimeSeconds: number },
): Promise<string> {
  const { kid, privateKey } = await options.keys.current();
  const issuedAt = epochSeconds(options.clock);
  return new SignJWT({ ...claims, iat: issuedAt, exp: issuedAt + options.lifetimeSeconds })
    .setProtectedHeader({ alg: options.keys.algorithm, kid, typ: "JWT" })
    .sign(privateKey);
}

/** `at_hash` of OpenID Connect Core §3.1.3.6: the left half of the token's SHA-256. */
export function accessTokenHash(accessToken: string): string {
  return createHash("sha256").update(accessToken).digest().subarray(0, 16).toString("base64url");
}
