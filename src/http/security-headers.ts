import { isConsole } from "./console-path";

const COMMON = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
};

const NOTHING = "default-src 'none'; frame-ancestors 'none'";

/**
 * Our own pages run scripts of this server only (the hash is that of the blank element which holds the explorer's
 * settings); Scalar styles its elements in place.
 */
const PAGES =
  "default-src 'none'; script-src 'self' 'sha256-TcUB1mzXiQO4GxpTRZ0EMpOXKMU3u+n/q1WrgVIcs1I='; style-src 'self' 'unsafe-inline'; img-src 'self' data: https: http://127.0.0.1:* http://localhost:*; " +
  "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The example game, in development, talks with a game server of this computer. */
const GAME = PAGES.replace("connect-src 'self'", "connect-src 'self' ws://localhost:* ws://127.0.0.1:*");

/**
 * No window that another site opened or was opened by reaches into them; `same-origin` would cut off the popup in which
 * a player signs in.
 */
const PAGE = {
  "content-security-policy": PAGES,
  "cross-origin-opener-policy": "same-origin-allow-popups",
};

/** The console has its own style and script as files, and asks nobody but this server; a form says where it comes from. */
const CONSOLE = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "referrer-policy": "same-origin",
};

/** The QR code of a device shows in a game of any origin. */
const QR = {
  "cross-origin-resource-policy": "cross-origin",
  "content-security-policy": `${NOTHING}; sandbox`,
};

/** A picture that a player sent shows on pages of any origin; opened by itself, it can do nothing. */
const PICTURE = {
  "cross-origin-resource-policy": "cross-origin",
  "content-security-policy": `${NOTHING}; sandbox`,
};

/**
 * Headers that every answer carries, by its path.
 * @param publicUrl where players reach the server; over TLS, browsers are told to stay with it (RFC 6797)
 */
export function createSecurityHeaders(
  publicUrl: string | null,
): (path: string) => Readonly<Record<string, string>> {
  const common = publicUrl?.startsWith("https:")
    ? { ...COMMON, "strict-transport-security": "max-age=31536000" }
    : COMMON;
  const ordinary = { ...common, "content-security-policy": NOTHING };
  const sensitive = { ...ordinary, "cache-control": "no-store" };
  const page = { ...common, ...PAGE };
  const consolePage = { ...sensitive, ...CONSOLE };
  const game = { ...page, "content-security-policy": GAME };
  const picture = { ...common, ...PICTURE };
  return (path) => {
    if (path === "/device/qr.svg") return { ...sensitive, ...QR };
    if (/^\/(api|auth|oauth|device)(\/|$)/.test(path)) return sensitive;
    if (path.startsWith("/pictures/")) return picture;
    if (/^\/play(\/|$)/.test(path)) return game;
    if (/^\/swagger(\/|$)/.test(path)) return page;
    return isConsole(path) ? consolePage : ordinary;
  };
}
