import { isLoopback } from "../config/fields";

const MAXIMUM_LENGTH = 2_048;

/**
 * What is wrong with an endpoint's URL, as the end of a sentence; null when nothing is.
 * @param production takes `https:` alone; else also `http:` to this machine
 */
export function endpointUrlProblem(text: string, production: boolean): string | null {
  if (!URL.canParse(text)) return "is no URL";
  const url = new URL(text);
  if (text.length > MAXIMUM_LENGTH) return `has more than ${MAXIMUM_LENGTH} characters`;
  if (url.username || url.password) return "has a user name in it, which logs of proxies show";
  if (url.hash) return "has a fragment, which no server gets";
  if (url.protocol === "https:") return null;
  if (production) return "is not https:";
  return url.protocol === "http:" && isLoopback(url) ? null : "is neither https: nor http: to this machine";
}
