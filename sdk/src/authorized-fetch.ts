import type { Http } from "./http.ts";
import type { Refresher } from "./refresher.ts";
import type { Session } from "./session.ts";

/**
 * fetch with the player's access token (RFC 6750 §2.1): a 401 is tried once more after one refresh. No redirect is
 * followed: it may lead to another server, and not every platform takes the token off on the way there.
 */
export async function authorizedFetch(
  http: Http,
  refresher: Refresher,
  input: Request | URL | string,
  init?: RequestInit,
): Promise<Response> {
  const request = new Request(input, init);
  const redirect = request.redirect === "manual" ? "manual" : "error";
  // The account server's own 401 is the last word on a token; another server's may mean anything.
  const final = request.url.startsWith(`${http.backendUrl}/`);
  const send = (session: Session) => {
    const authorized = new Request(request.clone(), { redirect });
    authorized.headers.set("authorization", `Bearer ${session.accessToken}`);
    return (final ? http.senderFor(session) : http.fetch)(authorized);
  };
  const session = await refresher.fresh();
  const response = await send(session);
  if (response.status !== 401) return response;
  const renewed = await refresher.replace(session.accessToken, final).catch((error) => {
    // A refresh that came to nothing says nothing about the session: the answer would sound like its end.
    if (final && !/^(invalid_grant|not_logged_in)$/.test(error.code)) throw error;
  });
  return renewed ? send(renewed) : response;
}
