import type { SignInAttempt } from "../platform.ts";
import type { PageTools } from "./page-tools.ts";
import { savePending, tabStorage } from "./pending.ts";
import { REDIRECT_STATE } from "./redirect-state.ts";

/** Sign-in that leaves the page; the page load after it goes on with `returningSignIn`. */
export async function signInWithRedirect(
  { cancelled, createAuthorizationRequest, redirectUriOf }: PageTools,
  attempt: SignInAttempt,
): Promise<void> {
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
