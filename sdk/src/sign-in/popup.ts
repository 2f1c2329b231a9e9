import { AccountError, cancelled } from "../errors.ts";
import type { SignInAttempt } from "../platform.ts";
import { codeFrom, createAuthorizationRequest, redirectUriOf } from "./authorization.ts";

/** Begins the `state` of a popup sign-in, so that its last page knows what it is. */
export const POPUP_STATE = "account-popup.";
const MESSAGE_TYPE = "account-sdk:answer";
const CLOSED_POLL_MS = 250;

/** Sign-in in a popup. Opens it before the first await, so that the click still counts. */
export async function signInWithPopup(attempt: SignInAttempt): Promise<void> {
  const { options, signal } = attempt;
  let popup = openPopup();
  signal.addEventListener("abort", () => popup.close());
  const { state, verifier, url } = await createAuthorizationRequest(
    options,
    redirectUriOf(options),
    POPUP_STATE,
  );
  const show = () => {
    if (popup.closed) popup = openPopup();
    popup.location.href = url;
    popup.focus();
  };
  show();
  attempt.showing(url, show);
  const response = await answer(state, signal, () => popup.closed);
  await attempt.complete({ login_code: codeFrom(response, state), code_verifier: verifier });
}

/** The last page of the popup hands its query to the game, then closes. */
export function answerOpener(state: string): void {
  const message = { type: MESSAGE_TYPE, nonce: state, query: location.search };
  window.opener?.postMessage(message, location.origin);
  window.close();
}

function openPopup(): Window {
  const popup = window.open("", "", "width=480,height=640");
  if (!popup || popup.closed) throw new AccountError("popup_blocked", "The browser blocked the popup.");
  return popup;
}

/** Waits for a message of exactly this origin, our type and this sign-in's nonce. */
function answer(state: string, signal: AbortSignal, isClosed: () => boolean): Promise<URLSearchParams> {
  return new Promise((resolve, reject) => {
    const receive = ({ origin, data }: MessageEvent) => {
      if (origin !== location.origin || data?.type !== MESSAGE_TYPE || data.nonce !== state) return;
      resolve(new URLSearchParams(data.query));
    };
    addEventListener("message", receive, { signal });
    // A closed popup's message may still be on its way.
    let closedTurns = 0;
    const poll = setInterval(() => {
      closedTurns = isClosed() ? closedTurns + 1 : 0;
      if (closedTurns > 2) reject(cancelled());
    }, CLOSED_POLL_MS);
    signal.addEventListener("abort", () => clearInterval(poll));
  });
}
