import { z } from "zod";
import { isLoopback } from "./fields";

/** Schemes under which app hosts serve a game's pages, on a host that is `localhost`. */
const APP_HOST_SCHEMES = new Set(["capacitor:", "ionic:", "tauri:"]);

/** A scheme made of a domain in reverse order (RFC 8252 §7.1), which no browser gives a meaning of its own. */
const REVERSE_DOMAIN = /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+:$/;

const WILDCARD = "must name one host each; patterns with * are not supported, so list every one";
const OPAQUE =
  "stands for every file and sandboxed frame there is; serve the game over https, from localhost, or in an app host such as capacitor://localhost";

/** An exact origin: `https://game.example`, `http://localhost:5173`, or an app host's, `capacitor://localhost`. */
export const origin = z.string().superRefine((text, context) => {
  const problem =
    general(text) ??
    (isWebOrigin(text) || isAppHostOrigin(text) || isPrivateUseOrigin(text)
      ? null
      : "must be an origin such as https://game.example, without a path or a trailing slash");
  if (problem) context.addIssue(problem);
});

/**
 * Where a sign-in may return to beside loopback: an `https:` page or origin, an app host's, or a whole URI of the
 * app's own scheme (`com.studio.game:/cb`).
 */
export const redirectUri = z.string().superRefine((text, context) => {
  const problem = general(text) ?? (URL.canParse(text) ? redirectProblem(text, new URL(text)) : NO_REDIRECT);
  if (problem) context.addIssue(problem);
});

const NO_REDIRECT =
  "must be an https: URL (http: only to localhost), or a URI of the app's own scheme such as com.studio.game:/cb";

/** The origin of an app host's pages. They are compared as text: to a URL parser such origins are all `null`. */
export function isAppHostOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return APP_HOST_SCHEMES.has(url.protocol) && text === `${url.protocol}//localhost`;
}

function general(text: string): string | null {
  if (text.includes("*")) return WILDCARD;
  return text === "null" || /^file:/i.test(text) ? OPAQUE : null;
}

function redirectProblem(text: string, url: URL): string | null {
  if (url.username || url.password || text.includes("#")) return "must have no user-info and no fragment";
  if (url.protocol === "https:") return null;
  if (url.protocol === "http:") return isLocalName(url) ? null : NO_REDIRECT;
  if (!text.startsWith(url.protocol)) return NO_REDIRECT;
  if (APP_HOST_SCHEMES.has(url.protocol)) return url.host === "localhost" ? null : NO_REDIRECT;
  return REVERSE_DOMAIN.test(url.protocol) && text.length > url.protocol.length ? null : NO_REDIRECT;
}

/** Loopback, and the names below `localhost` that resolve to nothing else (RFC 6761 §6.3), `tauri.localhost` for one. */
function isLocalName(url: URL): boolean {
  return isLoopback(url) || url.hostname.endsWith(".localhost");
}

function isWebOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

function isPrivateUseOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return REVERSE_DOMAIN.test(protocol) && text === `${protocol}//${hostname}` && hostname !== "";
}
