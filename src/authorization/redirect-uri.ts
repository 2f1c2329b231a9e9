import { isLoopback } from "../config/fields";
import { isAppHostOrigin } from "../config/origins";

/**
 * Whether a redirect may carry an authorization code: loopback on any port (RFC 8252 §7.3), or a configured
 * URI, compared as text (RFC 9700 §4.1.3), the only way for an app's own scheme (RFC 8252 §7.1); a configured origin
 * of the web or of an app host stands for every page of it.
 */
export function isAllowedRedirectUri(text: string, configured: readonly string[]): boolean {
  if (text.length > 2_048 || !URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.username || url.password || url.hash || text.includes("#") || hasOddCharacters(text)) return false;
  if (configured.includes(text)) return true;
  if (!text.startsWith(`${url.protocol}//${url.host}`)) return false;
  if (url.protocol === "http:" && isLoopback(url)) return true;
  return configured.some((entry) => isOrigin(entry) && entry === originOf(url));
}

/** A URL parser drops or repairs these without a word. */
function hasOddCharacters(text: string): boolean {
  return /[\\\s\p{Cc}]/u.test(text);
}

function isOrigin(entry: string): boolean {
  return isAppHostOrigin(entry) || new URL(entry).origin === entry;
}

/** Of any scheme: to a URL parser the origins of all but the web's are `null`. */
function originOf({ protocol, host }: URL): string {
  return `${protocol}//${host}`;
}
