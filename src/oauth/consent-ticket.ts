import type { BrowserBinding } from "../authorization/browser-binding";
import { REQUEST_LIFETIME_SECONDS } from "../authorization/state";
import type { Timepiece } from "../clock";
import type { KeyRing } from "../session/keys";
import { createSealer } from "../session/sealer";
import type { SignedIn } from "./authorize";

/** What a player brings back with their answer to the question whether a client may know them. */
export type ConsentTickets = {
  /** @param headers of the browser that is asked */
  seal(signedIn: SignedIn, headers: Headers): Promise<string>;
  /** @returns null for what is not ours, too old, or comes from another browser */
  open(ticket: string, headers: Headers): Promise<SignedIn | null>;
};

/** Good for ten minutes, in the browser that the player signed in with: no other page can answer for them. */
export function createConsentTickets(
  ring: KeyRing,
  binding: BrowserBinding,
  clock: Timepiece,
): ConsentTickets {
  type Content = SignedIn & { browser: string };
  const sealer = createSealer<Content>(ring, "consent", REQUEST_LIFETIME_SECONDS, clock);
  return {
    seal: (signedIn, headers) => sealer.seal({ ...signedIn, browser: binding.recognize(headers) ?? "" }),
    async open(ticket, headers) {
      const opened = await sealer.open(ticket);
      if (!opened || opened.browser !== binding.recognize(headers)) return null;
      const { request, identity, sessionId, name, picture } = opened;
      return { request, identity, sessionId, name, picture };
    },
  };
}
