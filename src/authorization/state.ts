import type { Timepiece } from "../clock";
import type { KeyRing } from "../session/keys";
import { createSealer, type Sealer } from "../session/sealer";

/** How long a sign-in may be on its way through a provider. */
export const REQUEST_LIFETIME_SECONDS = 600;

/** A sign-in on its way through a provider. */
export type PendingRequest = {
  provider: string;
  /** PKCE verifier of our own leg toward the provider (RFC 7636 §4.1). */
  codeVerifier: string;
  /** The game's. */
  redirectUri: string;
  clientState: string;
  codeChallenge: string;
  /** The browser that began it, see `browser-binding.ts`. */
  browser: string;
  /** What the provider told of the player's name beside its code, where it posts its answer. */
  suggestedName?: string;
};

/** Good for ten minutes. */
export type States = Sealer<PendingRequest>;

/**
 * The `state` of the browser's way to a provider (RFC 6749 §10.12) is the request itself, sealed: a start leaves nothing
 * behind on the server.
 */
export function createStates(ring: KeyRing, clock: Timepiece): States {
  return createSealer<PendingRequest>(ring, "authorization state", REQUEST_LIFETIME_SECONDS, clock);
}
