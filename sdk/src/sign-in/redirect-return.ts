import type { SignInAttempt, Unfinished } from "../platform.ts";
import { completeWithAnswer } from "./authorization.ts";
import { type PendingSignIn, readPending, removePending, tabStorage } from "./pending.ts";
import { answerOpener, POPUP_STATE } from "./popup.ts";
import { REDIRECT_STATE } from "./redirect-state.ts";

interface Return {
  readonly response: URLSearchParams;
  readonly pending: PendingSignIn | undefined;
}

/** The answer that this page load brought, as long as no manager has finished with it. */
let unfinished: Return | undefined;

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
