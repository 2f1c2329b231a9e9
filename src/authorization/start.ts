import { randomBytes } from "node:crypto";
import type { IdentityProvider } from "../identity/provider";
import { sha256 } from "../sha256";
import type { States } from "./state";

/**
 * What a game asks for: where to return to, its own state, and its PKCE challenge (RFC 7636 §4.3); and the browser that
 * it asks in.
 */
export type AuthorizationRequest = {
  redirectUri: string;
  state: string;
  codeChallenge: string;
  browser: string;
};

/**
 * Puts the game's request into a state of our own, with a fresh PKCE verifier of our own.
 * @param callback our redirect URI, as registered with the provider
 * @returns the provider's authorization URL (RFC 6749 §4.1.1)
 */
export async function startAuthorization(
  states: States,
  provider: IdentityProvider,
  { state: clientState, ...request }: AuthorizationRequest,
  callback: string,
): Promise<string> {
  const codeVerifier = randomBytes(32).toString("base64url");
  const state = await states.seal({ ...request, provider: provider.id, codeVerifier, clientState });
  return provider.authorizationUrl({
    redirectUri: callback,
    state,
    codeChallenge: sha256(codeVerifier).toString("base64url"),
  });
}
