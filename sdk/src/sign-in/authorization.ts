import { AccountError } from "../errors.ts";
import type { OAuthManagerOptions } from "../options.ts";
import { createPkce, randomToken } from "../pkce.ts";

/** What the game keeps of an authorization request until its answer comes. */
export interface AuthorizationRequest {
  readonly state: string;
  readonly verifier: string;
  readonly url: string;
}

/**
 * The account server's authorization request (RFC 6749 §4.1.1, RFC 7636 §4.3).
 *
 * @param prefix begins the state, for whoever has to recognize the answer.
 * @throws AccountError `crypto_unavailable`
 */
export async function createAuthorizationRequest(
  { backendUrl }: OAuthManagerOptions,
  redirectUri: string,
  prefix = "",
): Promise<AuthorizationRequest> {
  const state = prefix + randomToken();
  const { verifier, challenge } = await createPkce();
  const query = new URLSearchParams({
    redirect_uri: redirectUri,
    state,
    code_challenge: challenge,
    code_challenge_method: "S256",
  });
  return { state, verifier, url: `${backendUrl}/auth/google/start?${query}` };
}

/** Where the answer comes back to in a browser: `redirectUri`, or this page. @throws AccountError `redirect_uri_invalid` */
export function redirectUriOf({ redirectUri }: OAuthManagerOptions): string {
  const url = new URL(redirectUri ?? location.pathname, location.href);
  if (url.origin === location.origin) return url.href;
  throw new AccountError("redirect_uri_invalid", "The redirectUri is of another origin.");
}

/**
 * The code in an authorization response (RFC 6749 §4.1.2).
 *
 * @throws AccountError `state_mismatch`, `access_denied`, `provider_error`, `callback_invalid`.
 */
export function codeFrom(response: URLSearchParams, state: string | undefined): string {
  if (!state || response.get("state") !== state) {
    throw new AccountError("state_mismatch", "No such sign-in is under way.");
  }
  const reason = response.get("error");
  if (reason) {
    const code = reason === "access_denied" ? reason : "provider_error";
    throw new AccountError(code, response.get("error_description") || "The sign-in was refused.", { reason });
  }
  const code = response.get("code");
  if (!code) throw new AccountError("callback_invalid", "The answer carries no code.");
  return code;
}
