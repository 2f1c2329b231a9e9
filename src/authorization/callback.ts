import { randomBytes } from "node:crypto";
import { ApiError } from "../errors";
import type { RequestContext } from "../http/context";
import { logFailure } from "../http/failure";
import { withQuery } from "../http/with-query";
import type { SignInPage } from "../identity/provider";
import type { Limits } from "../limits/limits";
import { logRefusal } from "../limits/refusal-log";
import type { Log } from "../log/log";
import { nonceOf } from "./start";
import type { PendingRequest, States } from "./state";
import type { AuthorizationStore, PendingLogin } from "./store";

export type CallbackDeps = {
  authorizations: AuthorizationStore;
  states: States;
  limits: Pick<Limits, "refusalLine">;
  log: Log;
};

/** A state as the release before made it, which kept the request in a table. */
const EARLIER_STATE = /^[\w-]{43}$/;

/** A sign-in that the provider or we refuse. The player returns to the game with the reason. */
export class SignInRefused extends ApiError {
  constructor(
    { code, cause }: ApiError,
    readonly location: string,
  ) {
    super(code, { cause });
  }
}

/**
 * Finishes a sign-in at a provider and makes the one-time login code for the game. Nothing is spent until the provider
 * has vouched for the player.
 * @param received what the provider sent back (RFC 6749 §4.1.2)
 * @param callback our redirect URI, the same as at the start
 * @param browser the one that comes back, if it is known
 * @returns the game's redirect URI with `code` and `state`, or with `error` and `state` when the player said no
 * @throws {ApiError} authorization_expired when the state is not ours, too old, another browser's or was used before
 * @throws {SignInRefused} with the game's redirect URI with `error` and `state`
 */
export async function finishAuthorization(
  deps: CallbackDeps,
  provider: { id: string; page: SignInPage },
  received: URLSearchParams,
  callback: string,
  browser: string | null,
  context: RequestContext,
): Promise<string> {
  const { authorizations, states, log } = deps;
  const { id, page } = provider;
  const state = received.get("state") ?? "";
  const request =
    (await states.open(state)) ??
    (EARLIER_STATE.test(state) ? await authorizations.takeRequest(state, id) : null);
  if (request?.provider !== id) throw refusedState("state_unknown");
  if ("browser" in request && request.browser !== browser) throw refusedState("state_of_another_browser");
  // The verifier is another in each state, and has one spelling.
  const { codeVerifier, expiresAt } = request;
  if (await authorizations.isSpent(codeVerifier)) throw refusedState("state_replayed");
  const answer = (members: Record<string, string>) =>
    withQuery(request.redirectUri, { ...members, state: request.clientState });

  try {
    const proof = received.has("error") ? null : await codeIn(page, received);
    if (!proof) {
      const error = isDeclined(page, received) ? "access_denied" : "server_error";
      await logRefusal(deps, "sign_in_failed", { reason: error, ...context });
      return answer({ error });
    }
    const code = randomBytes(32).toString("base64url");
    const login = await verifiedLogin(page, request, proof, callback);
    const isFirst = await authorizations.putLogin(code, login, { codeVerifier, expiresAt });
    if (!isFirst) throw refusedState("state_replayed");
    return answer({ code });
  } catch (error) {
    if (!(error instanceof ApiError) || error.code === "authorization_expired") throw error;
    await logRefusal(deps, "sign_in_failed", { reason: error.code, ...context });
    if (error.status >= 500) logFailure(log, error, context);
    const reason = error.status === 503 ? "temporarily_unavailable" : "access_denied";
    throw new SignInRefused(error, answer({ error: reason }));
  }
}

/** @param cause why, for the log alone */
export function refusedState(
  cause: "state_unknown" | "state_of_another_browser" | "state_replayed",
): ApiError {
  return new ApiError("authorization_expired", { cause });
}

async function codeIn(page: SignInPage, received: URLSearchParams): Promise<string | null> {
  return page.codeIn ? page.codeIn(received) : received.get("code");
}

function isDeclined(page: SignInPage, received: URLSearchParams): boolean {
  return page.isDeclined ? page.isDeclined(received) : received.get("error") === "access_denied";
}

async function verifiedLogin(
  page: SignInPage,
  { codeVerifier, codeChallenge, suggestedName }: Omit<PendingRequest, "browser">,
  code: string,
  callback: string,
): Promise<PendingLogin> {
  const { loadProfile, ...identity } = await page.exchangeCode({
    code,
    codeVerifier,
    redirectUri: callback,
    nonce: nonceOf(codeVerifier),
  });
  const { name, picture } = await loadProfile();
  return { codeChallenge, identity, name: name ?? suggestedName ?? null, picture };
}
