import { type AccountError, toAccountError } from "../errors.ts";
import type { OAuthManagerOptions } from "../options.ts";
import type { SignInAttempt, SignInProof } from "../platform.ts";
import { codeFrom, createAuthorizationRequest } from "./authorization.ts";
import { createCallback } from "./callback-page.ts";
import { rejection } from "./flow.ts";
import { listenOnLoopback } from "./listener.ts";
import { openBrowser } from "./open-browser.ts";
import { choicePage, failurePage, successPage } from "./page.ts";
import { showPage } from "./show-page.ts";

/** The redirect that is registered, whoever's page it is. */
const CALLBACK_PATH = "/auth/google/callback";
const DEFAULT_PORT = 5000;
const GOOGLE_AUTH_URL = "https://accounts.google.com/o/oauth2/v2/auth";

/** Sign-in in the system browser, with a listener on loopback for its answer (RFC 8252 §7.3). */
export async function signInOnLoopback(attempt: SignInAttempt): Promise<void> {
  const { options, signal, provider, link } = attempt;
  const clientId = provider === "google" ? options.clientId : undefined;
  const { port = DEFAULT_PORT, appName = "the game", openUrl = openBrowser } = options;
  const callback = createCallback();
  signal.throwIfAborted();
  const binding = { port, exact: clientId !== undefined && port !== 0, localhost: clientId !== undefined };
  const listener = await listenOnLoopback(binding, callback.listener);
  try {
    const redirectUri = `http://${clientId ? "localhost" : "127.0.0.1"}:${listener.port}${CALLBACK_PATH}`;
    const ours = await createAuthorizationRequest(attempt, redirectUri);
    const { state, verifier } = ours;
    callback.expect(redirectUri, state);
    const url = clientId ? googleUrl(options, clientId, ours.url) : ours.url;
    signal.throwIfAborted();
    const signedInByCode = new Promise<void>((resolve, reject) => {
      const goOn = byCodeWhere(attempt);
      showPage(url, openUrl, attempt, (cause, wait) => void goOn(cause, wait).then(resolve, reject));
    });
    const response = await Promise.race([callback.response, rejection(signal), signedInByCode]);
    if (!response) return;
    const code = codeFrom(response, state);
    const proof: SignInProof = clientId
      ? { code, code_verifier: verifier, redirect_uri: redirectUri }
      : { login_code: code, code_verifier: verifier };
    await attempt.complete(proof);
    await callback.show(successPage(appName, link !== undefined));
  } catch (error) {
    const { code, message } = toAccountError(error);
    await callback.show(code === "identity_in_use" ? choicePage(appName) : failurePage(appName, message));
    throw error;
  } finally {
    await listener.close();
  }
}

/**
 * How the sign-in goes on when no browser opened: by a code, unless the game asked for a page or the server has no codes.
 * Then it waits at the page, without end.
 */
function byCodeWhere({ mode, byCode }: SignInAttempt) {
  let asked: Promise<void> | undefined;
  return async (cause: unknown, wait: () => void): Promise<void> => {
    try {
      asked ??= mode ? undefined : byCode?.(cause);
      if (asked) return await asked;
    } catch (error) {
      if ((error as AccountError).code !== "code_unavailable") throw error;
    }
    wait();
    await new Promise(() => {});
  };
}

/** The same request to Google itself, for a game that is Google's client. */
function googleUrl(
  { googleAuthUrl = GOOGLE_AUTH_URL }: OAuthManagerOptions,
  clientId: string,
  url: string,
): string {
  const { searchParams } = new URL(url);
  searchParams.append("client_id", clientId);
  searchParams.append("response_type", "code");
  searchParams.append("scope", "openid email profile");
  searchParams.append("prompt", "select_account");
  return `${googleAuthUrl}?${searchParams}`;
}
