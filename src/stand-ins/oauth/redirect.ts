import { isLoopback } from "../same-machine";
import { OAuthError } from "./oauth-error";

export type ResponseMode = "query" | "fragment";

/**
 * A redirect goes to a loopback address or over https; there is no console to register one.
 *
 * @throws {OAuthError} `redirect_uri_mismatch`, which belongs on an error page: nothing is sent to such a redirect.
 */
export function checkedRedirectUri(redirectUri: string): string {
  const url = URL.parse(redirectUri);
  const reachable = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url));
  if (!url || !reachable || url.username || url.password || redirectUri.includes("#")) {
    throw new OAuthError(
      "redirect_uri_mismatch",
      "The redirect_uri must be http on localhost, 127.0.0.1 or [::1], or https; without a fragment and a user name.",
    );
  }
  return redirectUri;
}

/** Where the answer goes: the parameters that have a value, in the query or the fragment. */
export function redirectLocation(
  redirectUri: string,
  answer: Record<string, string | undefined>,
  mode: ResponseMode = "query",
): string {
  const url = new URL(redirectUri);
  const parameters = mode === "query" ? url.searchParams : new URLSearchParams();
  for (const [name, value] of Object.entries(answer)) {
    if (value !== undefined) parameters.append(name, value);
  }
  if (mode === "fragment") url.hash = parameters.toString();
  return url.href;
}

/** 303: the browser goes on with a GET and leaves the form behind (RFC 9700 §4.12). */
export function redirectTo(location: string): Response {
  const headers = { location, "cache-control": "no-store", "referrer-policy": "no-referrer" };
  return new Response(null, { status: 303, headers });
}
