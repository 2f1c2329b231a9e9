import { randomBytes } from "node:crypto";
import type { IdentityProvider } from "../identity/provider";
import { sha256 } from "../sha256";
import type { AuthorizationStore } from "./store";

/** What a game asks for: where to return to, its own state, and its PKCE challenge (RFC 7636 §4.3). */
export type AuthorizationRequest = { redirectUri: string; state: string; codeChallenge: string };

/**
 * Remembers the game's request under a fresh state and a fresh PKCE verifier of our own.
 * @param callback our redirect URI, as registered with the provider
 * @returns the provider's authorization URL (RFC 6749 §4.1.1)
 */
export async function startAuthorization(
  authorizations: AuthorizationStore,
  provider: IdentityProvider,
  request: AuthorizationRequest,
  callback: string,
): Promise<string> {
  const state = randomBytes(32).toString("base64url");
  const codeVerifier = randomBytes(32).toString("base64url");
  await authorizations.putRequest(state, {
    provider: provider.id,
    codeVerifier,
    redirectUri: request.redirectUri,
    clientState: request.state,
    codeChallenge: request.codeChallenge,
  });
  return provider.authorizationUrl({
    redirectUri: callback,
    state,
    codeChallenge: sha256(codeVerifier).toString("base64url"),
  });
}
