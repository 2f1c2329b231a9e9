import { SignJWT } from "jose";
import { epochSeconds, type Timepiece } from "../clock";
import { uuidv7Time } from "../session/uuidv7";
import { sha256 } from "../sha256";
import { SIGNING_ALGORITHM, type SigningKeys } from "../signing-keys/signing-keys";

export type IdTokenSubject = {
  userId: number;
  clientId: string;
  /** Opened in the moment of the sign-in, as its id says. */
  sessionId: string;
  /** That it comes with. */
  accessToken: string;
  /** As the client asked with; null where it did not, and in a refresh. */
  nonce: string | null;
};

export type IdTokens = {
  /** Signs an id token (OpenID Connect Core §2, §3.1.3.6; of a refresh §12.2). */
  issue(subject: IdTokenSubject): Promise<string>;
};

/** @param lifetimeSeconds how long a client may take one for news */
export function createIdTokens(
  signingKeys: Pick<SigningKeys, "current">,
  issuer: () => string,
  lifetimeSeconds: number,
  clock: Timepiece,
): IdTokens {
  return {
    async issue({ userId, clientId, sessionId, accessToken, nonce }) {
      const { id, privateKey } = await signingKeys.current();
      const now = epochSeconds(clock);
      return new SignJWT({
        azp: clientId,
        auth_time: Math.floor(uuidv7Time(sessionId).getTime() / 1_000),
        at_hash: sha256(accessToken).subarray(0, 16).toString("base64url"),
        ...(nonce === null ? {} : { nonce }),
      })
        .setProtectedHeader({ alg: SIGNING_ALGORITHM, kid: id, typ: "JWT" })
        .setIssuer(issuer())
        .setSubject(String(userId))
        .setAudience(clientId)
        .setIssuedAt(now)
        .setExpirationTime(now + lifetimeSeconds)
        .sign(privateKey);
    },
  };
}
