import type { ApiError, ErrorCode } from "../errors";
import { html } from "../http/html";
import { page } from "../http/page";

const REASONS: Partial<Record<ErrorCode, string>> = {
  validation_failed: "The game sent an incomplete request.",
  redirect_uri_invalid: "The game asked to return to an address that is not registered.",
  provider_unavailable: "The game asked for a way to sign in that is not available here.",
  authorization_expired:
    "This sign-in has expired, was already used, or was begun in another browser. It needs cookies.",
};

/** The page a player sees when a sign-in cannot go on. Says nothing that came from outside. */
export function signInFailedPage(error: ApiError): Response {
  const reason = REASONS[error.code] ?? error.message;
  return page({
    title: "Sign-in could not go on",
    status: error.status,
    content: html`<p>${reason}</p><p>Close this page and sign in from the game again.</p>`,
  });
}
