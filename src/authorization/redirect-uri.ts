import { isLoopback } from "../config/fields";

/**
 * Whether a redirect may carry an authorization code: loopback on any port (RFC 8252 §7.3), or a configured
 * URI, compared as text (RFC 9700 §4.1.3); a configured origin stands for every page of it.
 */
export function isAllowedRedirectUri(text: string, configured: readonly string[]): boolean {
  if (text.length > 2_048 || !URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.username || url.password || url.hash || text.includes("#") || !spelledOut(text, url)) return false;
  if (url.protocol === "http:" && isLoopback(url)) return true;
  return configured.some(
    (entry) => entry === text || (new URL(entry).origin === entry && entry === url.origin),
  );
}

/** Refuses what the URL parser quietly repairs: decimal and octal addresses, backslashes, control characters. */
function spelledOut(text: string, url: URL): boolean {
  return text.startsWith(`${url.protocol}//${url.host}`) && !/[\\\s\p{Cc}]/u.test(text);
}
