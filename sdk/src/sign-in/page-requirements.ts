import { AccountError } from "../errors.ts";
import type { SignInAttempt } from "../platform.ts";

/**
 * Refuses at once what a browser would answer with an error page, or not at all.
 *
 * @throws AccountError `window_missing`, `origin_unsupported`, `redirect_in_frame`
 */
export function requireSuitablePage({ mode }: SignInAttempt): void {
  if (!globalThis.document) {
    throw new AccountError("window_missing", "Call login() in a page, not in a worker.");
  }
  if (!/^https?:$/.test(location.protocol) || origin === "null") {
    throw new AccountError("origin_unsupported", "Serve this page over http(s), or use openUrl.");
  }
  if (mode === "redirect" && parent !== window) {
    throw new AccountError("redirect_in_frame", "Use a popup in a frame.");
  }
}

/** Where the answer comes back to: `redirectUri`, or this page. @throws AccountError `redirect_uri_invalid` */
export function redirectUriOf({ options: { redirectUri } }: SignInAttempt): string {
  const url = new URL(redirectUri ?? location.pathname, location.href);
  if (url.origin === location.origin) return url.href;
  throw new AccountError("redirect_uri_invalid", "The redirectUri is of another origin.");
}
