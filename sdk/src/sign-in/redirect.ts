import { cancelled } from "../errors.ts";
import type { SignInAttempt, Unfinished } from "../platform.ts";
import { completeWithAnswer, createAuthorizationRequest } from "./authorization.ts";
import { redirectUriOf } from "./page-requirements.ts";
import { type PendingSignIn, readPending, removePending, savePending, tabStorage } from "./pending.ts";
import { answerOpener, POPUP_STATE } from "./popup.ts";

const REDIRECT_STATE = "account-redirect.";

interface Return {
  readonly response: URLSearchParams;
  readonly pending: PendingSignIn | undefined;
}

/** The answer that this page load brought, as long as no manager has finished with it. */
let unfinished: Return | undefined;

/** Sign-in that leaves the page; the page load after it goes on with {@link returningSignIn}. */
export async function signInWithRedirect(attempt: SignInAttempt): Promise<void> {
  const { options, signal, showing, link } = attempt;
  const { state, verifier, url } = await createAuthorizationRequest(
    attempt,
    redirectUriOf(attempt),
    REDIRECT_STATE,
  );
  signal.throwIfAborted();
  savePending(tabStorage, state, {
    verifier,
    backendUrl: options.backendUrl,
    page: location.href,
    link,
  });
  const leave = () => location.assign(url);
  showing(url, leave);
  leave();
  // The page is gone, unless the player comes back without having signed in.
  await new Promise<never>((_, reject) => {
    addEventListener("pageshow", () => reject(cancelled()), { signal });
  });
}

/** What is left to do for this backend when this page load is the return of a sign-in. */
export function returningSignIn(backendUrl: string): Unfinished | undefined {
  unfinished = readReturn() ?? unfinished;
  const taken = unfinished;
  if (!taken || (taken.pending && taken.pending.backendUrl !== backendUrl)) return undefined;
  unfinished = undefined;
  const { response, pending } = taken;
  const signIn = async (attempt: SignInAttempt) => {
    const { signal } = attempt;
    // Disposed of before the end, as React's StrictMode does: the next manager goes on.
    signal.addEventListener("abort", () => {
      if (signal.reason.code === "disposed") unfinished = taken;
    });
    await new Promise((resolve) => setTimeout(resolve));
    signal.throwIfAborted();
    const state = (pending && response.get("state")) ?? undefined;
    await completeWithAnswer(attempt, response, state, pending?.verifier);
  };
  return { signIn, link: pending?.link };
}

/** The code leaves the address bar at once. */
function readReturn(): Return | undefined {
  const response = new URLSearchParams(globalThis.location?.search);
  const state = response.get("state") ?? "";
  if (state.startsWith(POPUP_STATE)) answerOpener(state);
  if (!state.startsWith(REDIRECT_STATE)) return undefined;
  const pending = readPending(tabStorage, state);
  removePending(tabStorage, state);
  history.replaceState(history.state, "", pending?.page ?? location.pathname);
  return { response, pending };
}
