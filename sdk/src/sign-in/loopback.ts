import type { RequestListener } from "node:http";
import { AccountError, toAccountError } from "../errors.ts";
import type { OAuthManagerOptions } from "../options.ts";
import type { SignInAttempt, SignInProof } from "../platform.ts";
import { codeFrom, createAuthorizationRequest } from "./authorization.ts";
import { rejection } from "./flow.ts";
import { listenOnLoopback } from "./listener.ts";
import { openBrowser } from "./open-browser.ts";
import { failurePage, PAGE_HEADERS, successPage } from "./page.ts";

const CALLBACK_PATH = "/auth/google/callback";
const DEFAULT_PORT = 5000;
const GOOGLE_AUTH_URL = "https://accounts.google.com/o/oauth2/v2/auth";

/** Sign-in in the system browser, with a listener on loopback for its answer (RFC 8252 §7.3). */
export async function signInOnLoopback(attempt: SignInAttempt): Promise<void> {
  const { options, signal } = attempt;
  const { clientId, port = DEFAULT_PORT, appName = "the game" } = options;
  const callback = createCallback();
  signal.throwIfAborted();
  const binding = { port, exact: clientId !== undefined && port !== 0, localhost: clientId !== undefined };
  const listener = await listenOnLoopback(binding, callback.listener);
  try {
    const redirectUri = `http://${clientId ? "localhost" : "127.0.0.1"}:${listener.port}${CALLBACK_PATH}`;
    const ours = await createAuthorizationRequest(options, redirectUri);
    const { state, verifier } = ours;
    const url = clientId ? googleUrl(options, clientId, ours.url) : ours.url;
    signal.throwIfAborted();
    attempt.showing(url, () => void show(url, attempt).catch(() => {}));
    const response = await Promise.race([callback.response, show(url, attempt), rejection(signal)]);
    const code = codeFrom(response, state);
    const proof: SignInProof = clientId
      ? { code, code_verifier: verifier, redirect_uri: redirectUri }
      : { login_code: code, code_verifier: verifier };
    await attempt.complete(proof);
    await callback.show(successPage(appName));
  } catch (error) {
    await callback.show(failurePage(appName, toAccountError(error).message));
    throw error;
  } finally {
    await listener.close();
  }
}

/** The first request for the callback path; the browser waits there until it is shown a page. */
function createCallback() {
  let receive: (response: URLSearchParams) => void;
  const response = new Promise<URLSearchParams>((resolve) => {
    receive = resolve;
  });
  const waiting: Parameters<RequestListener>[1][] = [];
  const listener: RequestListener = (request, reply) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    if (request.method !== "GET" || pathname !== CALLBACK_PATH) {
      reply.writeHead(404, { connection: "close" }).end();
      return;
    }
    waiting.push(reply);
    receive(searchParams);
  };
  const show = async (page: string) => {
    const sent = waiting.map(
      (reply) =>
        new Promise<void>((done) => reply.writeHead(200, PAGE_HEADERS).once("close", done).end(page)),
    );
    await Promise.all(sent);
  };
  return { response, listener, show };
}

/** Rejects when no browser opens. */
function show(url: string, { options, signal }: SignInAttempt): Promise<never> {
  const { openUrl } = options;
  if (!openUrl) return openBrowser(url, signal);
  return new Promise((_, reject) => {
    Promise.resolve(url)
      .then(openUrl)
      .catch((cause) =>
        reject(new AccountError("browser_not_opened", "The browser could not be opened.", { cause })),
      );
  });
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
