import type { SignInAttempt, Unfinished } from "../platform.ts";
import { rejection } from "./flow.ts";
import type { PageTools } from "./page-tools.ts";
import { readPending, removePending, savePending } from "./pending.ts";
import { showPage } from "./show-page.ts";

const APP_LINK_STATE = "account-app.";

/** The system may end an app that is not in front, and its tab's storage with it. */
const appStorage = () => localStorage;

/** Sign-in in the system browser of a host that gets its answer as an app link (RFC 8252 §7.1, §7.2). */
export async function signInWithAppLink(
  { AccountError, createAuthorizationRequest }: PageTools,
  attempt: SignInAttempt,
): Promise<void> {
  const { options, signal, link } = attempt;
  const { openUrl, redirectUri, backendUrl } = options;
  if (!redirectUri || !openUrl) {
    throw new AccountError("redirect_uri_invalid", "openUrl needs redirectUri, the app's link.");
  }
  const { state, verifier, url } = await createAuthorizationRequest(attempt, redirectUri, APP_LINK_STATE);
  signal.throwIfAborted();
  savePending(appStorage, state, { verifier, backendUrl, page: redirectUri, link });
  signal.addEventListener("abort", () => {
    if (signal.reason.code !== "disposed") removePending(appStorage, state);
  });
  showPage(url, openUrl, attempt);
  // completeLogin() brings it to its end.
  await rejection(signal);
}

/** What is left to do when `url` answers a sign-in of this backend that was begun here. */
export function appLinkSignIn(
  { completeWithAnswer }: PageTools,
  backendUrl: string,
  url: string,
): Unfinished | undefined {
  const [address = "", query = ""] = url.replace(/#.*/s, "").split(/\?(.*)/s);
  const response = new URLSearchParams(query);
  const state = response.get("state") ?? "";
  const pending = state.startsWith(APP_LINK_STATE) ? readPending(appStorage, state) : undefined;
  if (pending?.backendUrl !== backendUrl || pending.page !== address) return undefined;
  removePending(appStorage, state);
  const { verifier, link } = pending;
  return { link, signIn: (attempt) => completeWithAnswer(attempt, response, state, verifier) };
}
