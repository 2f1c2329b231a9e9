import { createPublicKey } from "node:crypto";
import { decodeProtectedHeader, importSPKI, jwtVerify } from "jose";
import type { Timepiece } from "../../clock";
import { OAuthError } from "../oauth/oauth-error";

export const ISSUER = "https://appleid.apple.com";
const SIX_MONTHS_SECONDS = 15_777_000;

/** A developer account, and the key that it has for Sign in with Apple. */
export type Developer = {
  teamId: string;
  keyId: string;
  /** PEM of the key pair, of which only the public half is used. */
  privateKey: string;
};

/**
 * Checks a client secret as Apple does: a JWT with ES256 of the developer's key, for this client.
 *
 * @throws {OAuthError} `invalid_client`
 */
export async function checkClientSecret(
  secret: string,
  clientId: string,
  { teamId, keyId, privateKey }: Developer,
  clock: Timepiece,
): Promise<void> {
  const spki = createPublicKey(privateKey).export({ type: "spki", format: "pem" }) as string;
  try {
    if (decodeProtectedHeader(secret).kid !== keyId) throw new TypeError("another key");
    const { payload } = await jwtVerify(secret, await importSPKI(spki, "ES256"), {
      algorithms: ["ES256"],
      issuer: teamId,
      subject: clientId,
      audience: ISSUER,
      requiredClaims: ["iat", "exp"],
      currentDate: clock.now(),
    });
    if ((payload.exp ?? 0) - (payload.iat ?? 0) > SIX_MONTHS_SECONDS) throw new TypeError("too long");
  } catch {
    throw new OAuthError("invalid_client", "The client_secret is not this client's.");
  }
}
