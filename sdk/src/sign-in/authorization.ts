import { AccountError } from "../errors.ts";
import { createPkce, type Pkce, randomToken } from "../pkce.ts";
import type { SignInAttempt } from "../platform.ts";

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
  attempt: SignInAttempt,
  redirectUri: string,
  prefix = "",
): Promise<AuthorizationRequest> {
  return authorizationRequestWith(await createPkce(), attempt, redirectUri, prefix);
}

/** The same with a PKCE pair that is there already. */
export function authorizationRequestWith(
  { verifier, challenge }: Pkce,
  { provider, options: { backendUrl } }: SignInAttempt,
  redirectUri: string,
  prefix: string,
): AuthorizationRequest {
  const state = prefix + randomToken();
  const query = new URLSearchParams({
    redirect_uri: redirectUri,
    state,
    code_challenge: challenge,
    code_challenge_method: "S256",
  });
  return { state, verifier, url: `${backendUrl}/auth/${encodeURIComponent(provider)}/start?${query}` };
}

/**
 * The code in an authorization response (RFC 6749 §4.1.2).
 *
 * @throws AccountError `state_mismatch`, `access_denied`, `provider_error`, `callback_invalid`.
 */
export function codeFrom(response: URLSearchParams, state: string | undefined): string {
  if (!state || response.get("state") !== state) throw stateMismatch();
  const reason = response.get("error");
  if (reason) {
    const code = reason === "access_denied" ? reason : "provider_error";
    throw new AccountError(
      code,
      (response.get("error_description") || "The sign-in was refused.").slice(0, 300),
      { reason },
    );
  }
  const code = response.get("code");
  if (!code) throw new AccountError("callback_invalid", "The answer has no code.");
  return code;
}

/** Trades the code in the answer of our own sign-in page for what it was asked for. @throws AccountError */
export async function completeWithAnswer(
  { complete }: SignInAttempt,
  response: URLSearchParams,
  state: string | undefined,
  code_verifier = "",
): Promise<void> {
  await complete({ login_code: codeFrom(response, state), code_verifier });
}

export function stateMismatch(): AccountError {
  return new AccountError("state_mismatch", "No such sign-in.");
}
