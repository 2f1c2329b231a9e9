import { AccountError } from "../errors.ts";
import { createPkce, randomToken } from "../pkce.ts";
import type { Attempt } from "../platform.ts";
import { authorizationUrl, codeFrom, redirectUriOf } from "./authorization.ts";
import { rejection } from "./flow.ts";

/** Begins the `state` of a popup sign-in, so that its last page knows what it is. */
export const POPUP_STATE = "account-popup.";
const MESSAGE_TYPE = "account-sdk:answer";
const CLOSED_POLL_MS = 250;

/** Sign-in in a popup. Opens it before the first await, so that the click still counts. */
export async function signInWithPopup(attempt: Attempt): Promise<void> {
  const state = POPUP_STATE + randomToken();
  let popup = openPopup(state);
  try {
    const { verifier, challenge } = await createPkce();
    const url = authorizationUrl(attempt.options, redirectUriOf(attempt.options), state, challenge);
    attempt.signal.throwIfAborted();
    popup.location.href = url;
    attempt.showing(url, () => {
      if (popup.closed) {
        popup = openPopup(state);
        popup.location.href = url;
      }
      popup.focus();
    });
    const response = await answer(state, attempt.signal, () => popup.closed);
    await attempt.complete({ login_code: codeFrom(response, state), code_verifier: verifier });
  } finally {
    popup.close();
  }
}

/** The last page of the popup hands its query to the game, then closes. */
export function answerOpener(state: string): void {
  const message = { type: MESSAGE_TYPE, nonce: state, query: location.search };
  window.opener?.postMessage(message, location.origin);
  // Where the opener was cut off (Cross-Origin-Opener-Policy), the game's own origin still hears this.
  const channel = new BroadcastChannel(state);
  channel.postMessage(message);
  channel.close();
  window.close();
}

function openPopup(name: string): Window {
  const [width, height] = [480, 640];
  const left = Math.round(screenX + (outerWidth - width) / 2);
  const top = Math.round(screenY + (outerHeight - height) / 2);
  const popup = window.open("", name, `popup,width=${width},height=${height},left=${left},top=${top}`);
  if (!popup || popup.closed) {
    throw new AccountError("popup_blocked", "The browser blocked the sign-in window.");
  }
  return popup;
}

/** Waits for a message of exactly this origin, our type and this sign-in's nonce. */
async function answer(state: string, signal: AbortSignal, isClosed: () => boolean): Promise<URLSearchParams> {
  const channel = new BroadcastChannel(state);
  const over = new AbortController();
  let poll: unknown;
  try {
    return await Promise.race([
      rejection(signal),
      new Promise<URLSearchParams>((resolve, reject) => {
        const receive = ({ origin, data }: MessageEvent) => {
          if (origin !== location.origin || data?.type !== MESSAGE_TYPE || data.nonce !== state) return;
          resolve(new URLSearchParams(data.query));
        };
        addEventListener("message", receive, { signal: over.signal });
        channel.onmessage = receive;
        let closedTurns = 0;
        poll = setInterval(() => {
          // An isolated page sees every popup as closed. A closed popup's message may still be on its way.
          closedTurns = isClosed() && !globalThis.crossOriginIsolated ? closedTurns + 1 : 0;
          if (closedTurns > 2) reject(new AccountError("cancelled", "The sign-in window was closed."));
        }, CLOSED_POLL_MS);
      }),
    ]);
  } finally {
    over.abort();
    channel.close();
    clearInterval(poll as number);
  }
}
