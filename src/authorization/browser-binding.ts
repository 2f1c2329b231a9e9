import { randomBytes } from "node:crypto";
import { sha256 } from "../sha256";
import { REQUEST_LIFETIME_SECONDS } from "./state";

export type BrowserBinding = {
  /**
   * @returns what a `state` says of the browser that this request comes from, and the cookie by which it is known again.
   * A browser keeps its value, so that sign-ins in several tabs do not disturb each other.
   */
  bind(headers: Headers): { browser: string; setCookie: string };
  /** @returns the same of the browser that comes back; null when it has no cookie of ours */
  recognize(headers: Headers): string | null;
};

/**
 * Ties a sign-in to the browser that began it by a cookie (RFC 9700 §2.1.1, §4.7.1): nobody finishes in one browser what
 * was begun in another.
 * @param publicUrl over TLS the cookie has the prefix that only this very host can set; without, as in development, not
 */
export function createBrowserBinding(publicUrl: string | null): BrowserBinding {
  const secure = publicUrl?.startsWith("https:") === true;
  const name = secure ? "__Host-sign-in" : "sign-in";
  const attributes = `Path=/; Max-Age=${REQUEST_LIFETIME_SECONDS}; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
  const pattern = new RegExp(`(?:^|;\\s*)${name}=([A-Za-z0-9_-]{22})(?:;|$)`);
  const read = (headers: Headers) => pattern.exec(headers.get("cookie") ?? "")?.[1];
  const hash = (value: string) => sha256(value).toString("base64url");
  return {
    bind(headers) {
      const value = read(headers) ?? randomBytes(16).toString("base64url");
      return { browser: hash(value), setCookie: `${name}=${value}; ${attributes}` };
    },
    recognize(headers) {
      const value = read(headers);
      return value === undefined ? null : hash(value);
    },
  };
}
