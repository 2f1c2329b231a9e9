import type { SignInPage } from "../identity/provider";
import { refusedState } from "./callback";
import type { States } from "./state";

/**
 * Where the browser goes with an answer that a provider had it post (OAuth 2.0 Form Post Response Mode): to the callback
 * with GET, for only then it sends its `SameSite=Lax` cookie, and nothing is decided without it. What the answer tells of
 * the player's name goes along inside the state, which ends when it would have.
 * @param callback our redirect URI
 * @throws {ApiError} authorization_expired when the state is not ours or too old
 */
export async function postedAnswerUrl(
  states: States,
  { id, page }: { id: string; page: SignInPage },
  posted: URLSearchParams,
  callback: string,
): Promise<string> {
  const opened = await states.open(posted.get("state") ?? "");
  if (opened?.provider !== id) throw refusedState("state_unknown");
  const { expiresAt, ...request } = opened;
  const suggestedName = page.postsAnswer?.suggestedName(posted);
  const url = new URL(callback);
  for (const name of ["code", "error"]) {
    const value = posted.get(name);
    if (value !== null) url.searchParams.set(name, value);
  }
  const state = await states.seal({ ...request, ...(suggestedName && { suggestedName }) }, expiresAt);
  url.searchParams.set("state", state);
  return url.href;
}
