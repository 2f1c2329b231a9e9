import { importPKCS8, SignJWT } from "jose";
import { type Clock, epochSeconds } from "../clock";
import type { AppleConfig } from "../config/config";
import { lazy } from "../lazy";

/** Apple's name, in what it signs and in what is signed for it. */
export const APPLE_ISSUER = "https://appleid.apple.com";

/** Apple takes six months at most; one is made for every use. */
const LIFETIME_SECONDS = 300;

/** Makes the client secret that Apple's token endpoint wants: a JWT signed with the key of its developer account. */
export function appleClientSecrets({ teamId, keyId, privateKey }: AppleConfig, clock: Clock) {
  const key = lazy(() => importPKCS8(privateKey, "ES256"));
  return async (clientId: string): Promise<string> => {
    const now = epochSeconds(clock);
    return new SignJWT()
      .setProtectedHeader({ alg: "ES256", kid: keyId })
      .setIssuer(teamId)
      .setIssuedAt(now)
      .setExpirationTime(now + LIFETIME_SECONDS)
      .setAudience(APPLE_ISSUER)
      .setSubject(clientId)
      .sign(await key());
  };
}
