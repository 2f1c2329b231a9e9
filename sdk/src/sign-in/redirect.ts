import { cancelled } from "../errors.ts";
import type { SignIn, SignInAttempt } from "../platform.ts";
import { codeFrom, createAuthorizationRequest, redirectUriOf } from "./authorization.ts";
import { answerOpener, POPUP_STATE } from "./popup.ts";

const REDIRECT_STATE = "account-redirect.";

/** Sign-in that leaves the page; the page load after it goes on with {@link returningSignIn}. */
export async function signInWithRedirect({ options, signal, showing }: SignInAttempt): Promise<void> {
  const { state, verifier, url } = await createAuthorizationRequest(
    options,
    redirectUriOf(options),
    REDIRECT_STATE,
  );
  signal.throwIfAborted();
  sessionStorage.setItem(state, JSON.stringify({ verifier, page: location.href }));
  const leave = () => location.assign(url);
  showing(url, leave);
  leave();
  // The page is gone, unless the player comes back without having signed in.
  await new Promise<never>((_, reject) => {
    addEventListener("pageshow", () => reject(cancelled()), { signal });
  });
}

/** What is left to do when this page load is the return of a sign-in; the code leaves the address bar at once. */
export function returningSignIn(): SignIn | undefined {
  const response = new URLSearchParams(globalThis.location?.search);
  const state = response.get("state") ?? "";
  if (state.startsWith(POPUP_STATE)) answerOpener(state);
  if (!state.startsWith(REDIRECT_STATE)) return undefined;
  const pending = JSON.parse(sessionStorage.getItem(state) ?? "{}");
  sessionStorage.removeItem(state);
  history.replaceState(history.state, "", pending.page ?? location.pathname);
  return async ({ complete }) => {
    const login_code = codeFrom(response, pending.verifier && state);
    await complete({ login_code, code_verifier: pending.verifier });
  };
}
