import type { Config } from "../config/config";
import { isLoopback } from "../config/fields";

/** Where the SDK waits on a desktop, and what the README has registered with Google. */
const DESKTOP_PATH = "/auth/google/callback";

/** Our own pages that sign in like any game. */
const OWN_PAGES = ["/swagger", "/play/"];

/** Whether a redirect may carry an authorization code. */
export type RedirectUriCheck = (uri: string) => boolean;

/** Of the redirects of `/auth/:provider/start`; in development every page of this machine is registered. */
export function createRedirectUriCheck({
  google,
  mode,
  server,
}: Pick<Config, "google" | "mode" | "server">): RedirectUriCheck {
  const { publicUrl } = server;
  const ownPages = publicUrl ? OWN_PAGES.map((page) => publicUrl + page) : [];
  return createRedirectMatch(
    [`http://localhost${DESKTOP_PATH}`, ...ownPages, ...google.redirectUris],
    mode === "development",
  );
}

/**
 * Redirects are compared whole, as registered (RFC 9700 §4.1.3), the only way for an app's own scheme (RFC 8252 §7.1).
 * Only a registered loopback address varies, in its port and in how it names this machine (RFC 8252 §7.3).
 * @param anyLoopback whether every page of this machine is registered
 */
export function createRedirectMatch(redirectUris: readonly string[], anyLoopback: boolean): RedirectUriCheck {
  const registered = new Set(redirectUris.flatMap((uri) => [uri, wholeUri(uri)]));
  const loopbackPaths = new Set(redirectUris.flatMap(loopbackPath));
  return (uri) => {
    if (!isPlainUri(uri)) return false;
    if (registered.has(uri)) return true;
    const [path] = loopbackPath(uri);
    return path !== undefined && (anyLoopback || loopbackPaths.has(path));
  };
}

/** An origin stands for its root page, which browsers name with a slash. */
function wholeUri(uri: string): string {
  const { protocol, host } = new URL(uri);
  return uri === `${protocol}//${host}` ? `${uri}/` : uri;
}

/** Path and query of an address of this machine; of any other, nothing. */
function loopbackPath(uri: string): [] | [path: string] {
  const url = new URL(uri);
  const isSpelledOut = uri.startsWith(`http://${url.host}`);
  return isSpelledOut && isLoopback(url) ? [url.pathname + url.search] : [];
}

/** Whether a URL parser neither drops nor repairs anything of it. */
function isPlainUri(uri: string): boolean {
  if (uri.length > 2_048 || !URL.canParse(uri) || /[#\\\s\p{Cc}]/u.test(uri)) return false;
  const { username, password } = new URL(uri);
  return !username && !password;
}
