import { sha256 } from "../sha256";

/** The PKCE challenge of a verifier, by the one method that there is here, S256 (RFC 7636 §4.2). */
export function codeChallengeOf(codeVerifier: string): string {
  return sha256(codeVerifier).toString("base64url");
}
