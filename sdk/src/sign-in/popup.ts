import { AccountError, cancelled } from "../errors.ts";
import { loadOnDemand } from "../load-on-demand.ts";
import { preparePkce, takePreparedPkce } from "../pkce.ts";
import type { SignInAttempt, Unfinished } from "../platform.ts";
import { authorizationRequestWith, completeWithAnswer, createAuthorizationRequest } from "./authorization.ts";
import { rejection } from "./flow.ts";
import { redirectUriOf } from "./page-requirements.ts";
import { pendingStates, readPending, removePending, savePending, tabStorage } from "./pending.ts";

/** Begins the `state` of a popup sign-in, so that its last page knows what it is. */
export const POPUP_STATE = "account-popup.";
const MESSAGE_TYPE = "account-sdk:answer";

/** Sign-in in a popup. Opens it before the first await, so that the click still counts. */
export async function signInWithPopup(attempt: SignInAttempt): Promise<void> {
  const { options, signal, link } = attempt;
  const redirectUri = redirectUriOf(attempt);
  const pkce = takePreparedPkce();
  const prepared = pkce && authorizationRequestWith(pkce, attempt, redirectUri, POPUP_STATE);
  // With an address: a browser that blocks it, or hides it from us, must not leave an empty window behind.
  let popup = openPopup(prepared?.url);
  signal.addEventListener("abort", () => popup.close());
  void preparePkce();
  const request = prepared ?? (await createAuthorizationRequest(attempt, redirectUri, POPUP_STATE));
  signal.throwIfAborted();
  const { state, verifier, url } = request;
  const show = () => {
    if (popup.closed) popup = openPopup(url);
    else popup.location.href = url;
    popup.focus();
  };
  if (!prepared) show();
  // A click that cannot open it once more changes nothing.
  attempt.showing(url, () => {
    try {
      show();
    } catch {}
  });
  savePending(tabStorage, state, { verifier, backendUrl: options.backendUrl, link });
  signal.addEventListener("abort", () => removePending(tabStorage, state));
  // Meanwhile loads what a proof at the sign-in's end is made with.
  const closed = loadOnDemand().then(({ untilClosed }) => untilClosed(() => popup, signal));
  const givenUp = closed.then(
    () => Promise.reject(cancelled()),
    () => rejection(signal),
  );
  const response = await Promise.race([nextAnswer(state, signal), givenUp]);
  await completeWithAnswer(attempt, response, state, verifier);
}

/**
 * Answers of popups that were open when this page was loaded anew.
 *
 * @returns how to stop listening
 */
export function resumePopups(backendUrl: string, finish: (unfinished: Unfinished) => void): () => void {
  const stopped = new AbortController();
  for (const state of pendingStates(tabStorage, POPUP_STATE, backendUrl)) {
    void nextAnswer(state, stopped.signal).then((response) => {
      const { verifier, link } = readPending(tabStorage, state) ?? {};
      removePending(tabStorage, state);
      finish({ link, signIn: (attempt) => completeWithAnswer(attempt, response, state, verifier) });
    });
  }
  return () => stopped.abort();
}

/** The last page of the popup hands its query to the game, then closes. */
export function answerOpener(state: string): void {
  const query = location.search;
  // One of them arrives: a COOP header cuts the opener off, a partitioned storage the channel.
  window.opener?.postMessage({ type: MESSAGE_TYPE, nonce: state, query }, location.origin);
  const channel = new BroadcastChannel(MESSAGE_TYPE + state);
  channel.postMessage(query);
  channel.close();
  history.replaceState(history.state, "", location.pathname);
  window.close();
}

function openPopup(url = ""): Window {
  const popup = window.open(url, "", "width=480,height=640");
  if (!popup || popup.closed) throw new AccountError("popup_blocked", "Popup blocked.");
  return popup;
}

/** Waits for a message of exactly this origin, our type and this sign-in's nonce. */
function nextAnswer(state: string, signal: AbortSignal): Promise<URLSearchParams> {
  return new Promise((resolve) => {
    const receive = (query: unknown) => resolve(new URLSearchParams(String(query)));
    addEventListener(
      "message",
      ({ origin, data }: MessageEvent) => {
        if (origin !== location.origin || data?.type !== MESSAGE_TYPE || data.nonce !== state) return;
        receive(data.query);
      },
      { signal },
    );
    const channel = new BroadcastChannel(MESSAGE_TYPE + state);
    channel.onmessage = ({ data }) => receive(data);
    signal.addEventListener("abort", () => channel.close());
  });
}
