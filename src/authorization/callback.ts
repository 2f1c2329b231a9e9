import { randomBytes } from "node:crypto";
import { ApiError } from "../errors";
import type { IdentityProvider } from "../identity/provider";
import type { AuthorizationStore, PendingRequest } from "./store";

/** What the provider sends back (RFC 6749 §4.1.2). */
export type CallbackQuery = {
  state?: string | undefined;
  code?: string | undefined;
  error?: string | undefined;
};

/**
 * Finishes a sign-in at a provider and makes the one-time login code for the game.
 * @param callback our redirect URI, the same as at the start
 * @returns the game's redirect URI with `code` and `state`, or with `error` and `state`
 * @throws {ApiError} authorization_expired when the state is unknown, too old or was used before
 */
export async function finishAuthorization(
  authorizations: AuthorizationStore,
  provider: IdentityProvider,
  query: CallbackQuery,
  callback: string,
): Promise<string> {
  const request = query.state ? await authorizations.takeRequest(query.state, provider.id) : null;
  if (!request) throw new ApiError("authorization_expired");
  const answer = (members: Record<string, string>) =>
    withQuery(request.redirectUri, { ...members, state: request.clientState });

  if (query.error || !query.code) {
    return answer({ error: query.error === "access_denied" ? "access_denied" : "server_error" });
  }
  try {
    const code = await makeLoginCode(authorizations, provider, request, query.code, callback);
    return answer({ code });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return answer({ error: error.status === 503 ? "temporarily_unavailable" : "access_denied" });
  }
}

async function makeLoginCode(
  authorizations: AuthorizationStore,
  provider: IdentityProvider,
  request: PendingRequest,
  code: string,
  callback: string,
): Promise<string> {
  const { loadProfile, ...identity } = await provider.exchangeCode({
    code,
    codeVerifier: request.codeVerifier,
    redirectUri: callback,
  });
  const loginCode = randomBytes(32).toString("base64url");
  const { codeChallenge } = request;
  await authorizations.putLogin(loginCode, { codeChallenge, identity, ...(await loadProfile()) });
  return loginCode;
}

function withQuery(uri: string, members: Record<string, string>): string {
  const url = new URL(uri);
  for (const [name, value] of Object.entries(members)) url.searchParams.set(name, value);
  return url.href;
}
