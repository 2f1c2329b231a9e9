import { AccountError, cancelled } from "../errors.ts";
import { createPkce, randomToken } from "../pkce.ts";
import type { Attempt } from "../platform.ts";
import { authorizationUrl, codeFrom, redirectUriOf } from "./authorization.ts";

/** Begins the `state` of a popup sign-in, so that its last page knows what it is. */
export const POPUP_STATE = "account-popup.";
const MESSAGE_TYPE = "account-sdk:answer";
const CLOSED_POLL_MS = 250;

/** Sign-in in a popup. Opens it before the first await, so that the click still counts. */
export async function signInWithPopup(attempt: Attempt): Promise<void> {
  const { options, signal } = attempt;
  const state = POPUP_STATE + randomToken();
  let popup = openPopup(state);
  signal.addEventListener("abort", () => popup.close());
  const { verifier, challenge } = await createPkce();
  const url = authorizationUrl(options, redirectUriOf(options), state, challenge);
  signal.throwIfAborted();
  const show = () => {
    if (popup.closed) popup = openPopup(state);
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
  // Where the opener was cut off (Cross-Origin-Opener-Policy), the game's own origin still hears this.
  new BroadcastChannel(state).postMessage(message);
  window.close();
}

function openPopup(name: string): Window {
  const left = screenX + (outerWidth - 480) / 2;
  const popup = window.open("", name, `popup,width=480,height=640,left=${left},top=${screenY + 80}`);
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
    const channel = new BroadcastChannel(state);
    channel.onmessage = receive;
    addEventListener("message", receive, { signal });
    let closedTurns = 0;
    const poll = setInterval(() => {
      // An isolated page sees every popup as closed. A closed popup's message may still be on its way.
      closedTurns = isClosed() && !crossOriginIsolated ? closedTurns + 1 : 0;
      if (closedTurns > 2) reject(cancelled());
    }, CLOSED_POLL_MS);
    signal.addEventListener("abort", () => {
      channel.close();
      clearInterval(poll);
    });
  });
}
