import { AccountError } from "./errors.ts";
import type { OAuthManagerOptions } from "./options.ts";

type Name = keyof OAuthManagerOptions;

/** RFC 8252 §7.1 redirects are the app's own; these schemes run or read something instead. */
const UNSAFE_REDIRECT = /^(javascript|data|vbscript|file|blob|about):/i;

export const isText = (value: unknown) => typeof value === "string" && value !== "";
const isFunction = (value: unknown) => typeof value === "function";

/** What options must be, in words, and whether a value is. */
export type OptionRule = [names: Name[], expected: string, fits: (value: never) => unknown];

const rules: OptionRule[] = [
  [["loginTimeoutSeconds"], "a number above 0", (seconds: number) => seconds > 0],
  [["callbacks"], "queued or immediate", (value: string) => /^(queued|immediate)$/.test(value)],
  [["storage"], "get, set and remove", (it: object) => ["get", "set", "remove"].every((name) => name in it)],
  [["openUrl", "warn", "fetch"], "a function", isFunction],
  [["device"], "1 to 64 characters", (value: string) => isText(value) && value.length <= 64],
  [["redirectUri"], "a page or app link", (uri: string) => isText(uri) && !UNSAFE_REDIRECT.test(uri)],
];

/**
 * @param platformRules of the options that this platform alone has.
 * @returns the options with `backendUrl` in its one spelling, without a slash at its end.
 *
 * @throws AccountError `option_invalid`, naming the option.
 */
export function checkOptions(
  options: OAuthManagerOptions,
  platformRules: readonly OptionRule[] = [],
): OAuthManagerOptions {
  for (const [names, expected, fits] of [...rules, ...platformRules]) {
    for (const name of names) {
      const value = options[name];
      if (value !== undefined && !fits(value as never)) throw invalid(name, expected);
    }
  }
  return { ...options, backendUrl: checkBackendUrl(options.backendUrl) };
}

/** A path is welcome: the server may be behind a prefix. Without TLS there is only loopback (RFC 6761 §6.3). */
const BACKEND = /^(https:\/\/[^/@]+|http:\/\/([^/:@]+\.)?(localhost|127\.0\.0\.1|\[::1])(:\d+)?)\/[^?#]*$/;

function checkBackendUrl(text: string): string {
  try {
    const { href } = new URL(text);
    if (BACKEND.test(href)) return href.replace(/\/+$/, "");
  } catch {}
  throw invalid("backendUrl", "an https URL, or http at localhost");
}

function invalid(name: Name, expected: string): AccountError {
  return new AccountError("option_invalid", `The option ${name} must be ${expected}.`);
}
