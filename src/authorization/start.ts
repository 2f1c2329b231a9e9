import { randomBytes } from "node:crypto";
import type { SignInPage } from "../identity/provider";
import { sha256 } from "../sha256";
import { codeChallengeOf } from "./code-challenge";
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
 * @throws {ApiError} when the provider does not answer
 */
export async function startAuthorization(
  states: States,
  { id: provider, page }: { id: string; page: SignInPage },
  { state: clientState, ...request }: AuthorizationRequest,
  callback: string,
): Promise<string> {
  const codeVerifier = randomBytes(32).toString("base64url");
  const state = await states.seal({ ...request, provider, codeVerifier, clientState });
  return page.authorizationUrl({
    redirectUri: callback,
    state,
    codeChallenge: codeChallengeOf(codeVerifier),
    nonce: nonceOf(codeVerifier),
  });
}

/** The nonce of a sign-in, which its state so carries too. */
export function nonceOf(codeVerifier: string): string {
  return sha256(`nonce ${codeVerifier}`).toString("base64url");
}
