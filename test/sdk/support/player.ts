import { locationOf, pickAtGoogle } from "../../support/authorization";

/** A player at the browser: follows `url` through Google's page to the game's own redirect, without going there. */
export async function signInAtBrowser(url: string | URL, account = "ada"): Promise<URL> {
  const start = new URL(url);
  // Straight to Google, or by way of the account server.
  if (start.pathname !== "/auth/google/start") return pickAtGoogle(start, account);
  const callback = await pickAtGoogle(await locationOf(start), account);
  return locationOf(new URL(callback.pathname + callback.search, start.origin));
}
