import { createHash } from "node:crypto";
import { OAuthError } from "./oauth-error";
import type { Parameters } from "./parameters";

/**
 * The challenge of an authorization request (RFC 7636 §4.3); undefined when the client sent none.
 *
 * @throws {OAuthError} `invalid_request` for any method but S256.
 */
export function codeChallengeOf(parameters: Parameters): string | undefined {
  const challenge = parameters.get("code_challenge");
  const method = parameters.get("code_challenge_method");
  if (challenge === undefined && method === undefined) return undefined;
  if (method !== "S256") throw new OAuthError("invalid_request", "The code_challenge_method must be S256.");
  if (!/^[A-Za-z0-9_-]{43}$/.test(challenge ?? "")) {
    throw new OAuthError("invalid_request", "The code_challenge must be 43 base64url characters.");
  }
  return challenge;
}

/**
 * Compares the verifier of a token request with the challenge (RFC 7636 §4.6).
 *
 * @throws {OAuthError} `invalid_grant`, also for a verifier where there was no challenge (RFC 9700 §2.1.1).
 */
export function checkCodeVerifier(verifier: string | undefined, codeChallenge: string | undefined): void {
  if (codeChallenge === undefined && verifier === undefined) return;
  if (verifier === undefined) throw new OAuthError("invalid_grant", "Missing code verifier.");
  const challenge = createHash("sha256").update(verifier).digest("base64url");
  if (challenge !== codeChallenge) throw new OAuthError("invalid_grant", "Invalid code verifier.");
}
