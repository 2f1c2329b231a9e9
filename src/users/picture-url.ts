import { isLoopback } from "../config/fields";

/** UTF-16 units, as JSON Schema and PostgreSQL's clients count them. */
export const PICTURE_URL_MAX_LENGTH = 2_048;

/** What no part of the URL may hold: spaces, controls, what reorders text or cannot be seen, and markup's own. */
const NEVER =
  "\\s\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f<>\"'`\\\\";

/** An authority without user-info, and whatever follows it (RFC 3986 §3). */
const AFTER_SCHEME = `//[^${NEVER}/?#@]+([/?#][^${NEVER}]*)?`;

/** The pattern of a picture's URL, as far as one can say it; {@link isPictureUrl} has the last word. */
export const PICTURE_URL = `https:${AFTER_SCHEME}`;

/** The pattern of an avatar key of the game's. */
export const PICTURE_KEY = "[A-Za-z0-9_-]{1,64}";

const SHAPE = new RegExp(`^https?:${AFTER_SCHEME}$`);
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;

/**
 * Whether a URL may be a player's picture, be it the player who sends it or the provider: `https:`, no user-info,
 * nothing invisible, and nothing that would be markup or script on a page that forgets to escape it.
 * @param orLoopback accepts `http:` from this machine as well, for the pictures of a provider that runs on it
 */
export function isPictureUrl(text: string, { orLoopback = false } = {}): boolean {
  if (text.length > PICTURE_URL_MAX_LENGTH || !SHAPE.test(text) || INVISIBLE.test(text)) return false;
  const url = URL.parse(text);
  return url !== null && (url.protocol === "https:" || (orLoopback && isLoopback(url)));
}
