import { AccountError } from "../errors.ts";
import type { SignInAttempt } from "../platform.ts";

/** Whether this page may open another one and get its answer: not a worker, a file, nor a frame without an origin. */
export function canShowPage(): boolean {
  return globalThis.document && /^https?:h/.test(location.protocol + origin);
}

/** Where the answer comes back to: `redirectUri`, or this page. @throws AccountError `redirect_uri_invalid` */
export function redirectUriOf({ options: { redirectUri } }: SignInAttempt): string {
  const url = new URL(redirectUri ?? location.pathname, location.href);
  if (url.origin === location.origin) return url.href;
  throw new AccountError("redirect_uri_invalid", "The redirectUri has another origin.");
}
