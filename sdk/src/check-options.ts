import { AccountError } from "./errors.ts";
import type { OAuthManagerOptions } from "./options.ts";

/** RFC 8252 §7.1 redirects are the app's own; these schemes run or read something instead. */
const UNSAFE_REDIRECT = /^(javascript|data|vbscript|file|blob|about):/i;

/**
 * The options with `backendUrl` in its one spelling, without a slash at its end.
 *
 * @throws AccountError `option_invalid`, naming the option.
 */
export function checkOptions(options: OAuthManagerOptions): OAuthManagerOptions {
  const { port, loginTimeoutSeconds: timeout, callbacks, storage, redirectUri } = options;
  requireOption(
    "port",
    port === undefined || (Number.isInteger(port) && port >= 0 && port < 65_536),
    "from 0 to 65535",
  );
  requireOption("loginTimeoutSeconds", timeout === undefined || timeout > 0, "a number above 0, or Infinity");
  requireOption(
    "callbacks",
    [undefined, "queued", "immediate"].includes(callbacks),
    '"queued" or "immediate"',
  );
  requireOption(
    "storage",
    !storage || [storage.get, storage.set, storage.remove].every(isFunction),
    "an object with get, set and remove",
  );
  for (const name of ["openUrl", "warn", "fetch"] as const) {
    requireOption(name, options[name] === undefined || isFunction(options[name]), "a function");
  }
  for (const name of ["appName", "appAuthor", "clientId", "device"] as const) {
    const value: unknown = options[name];
    requireOption(
      name,
      value === undefined || (typeof value === "string" && value !== ""),
      "a text that is not empty",
    );
  }
  requireOption("device", (options.device ?? "").length <= 64, "of 64 characters at most");
  requireOption(
    "redirectUri",
    !UNSAFE_REDIRECT.test(redirectUri ?? ""),
    "a page of the game, or a link that opens its app",
  );
  return { ...options, backendUrl: checkBackendUrl(options.backendUrl) };
}

function checkBackendUrl(text: string): string {
  let url: URL | undefined;
  try {
    url = new URL(text);
  } catch {
    // Told of below.
  }
  const plain =
    url && /^https?:$/.test(url.protocol) && !(url.username || url.password || url.search || url.hash);
  requireOption("backendUrl", plain, "a whole URL like https://accounts.example.com, with a path or without");
  return url?.href.replace(/\/+$/, "") ?? "";
}

function requireOption(name: keyof OAuthManagerOptions, fits: boolean | undefined, expected: string): void {
  if (!fits) throw new AccountError("option_invalid", `The option ${name} must be ${expected}.`);
}

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}
