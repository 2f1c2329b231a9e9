import { createHash, randomBytes } from "node:crypto";

type Target = { origin: string };

/** What a game keeps while its player is at the sign-in page. */
export type GameSide = { redirectUri: string; state: string; codeVerifier: string };

export function newGame(redirectUri = "http://localhost:5000/auth/google/callback"): GameSide {
  return {
    redirectUri,
    state: randomBytes(12).toString("hex"),
    codeVerifier: randomBytes(32).toString("base64url"),
  };
}

export function challengeOf(codeVerifier: string): string {
  return createHash("sha256").update(codeVerifier).digest("base64url");
}

export function startUrl(
  server: Target,
  game: GameSide,
  changes: Record<string, string | undefined> = {},
): string {
  const url = new URL("/auth/google/start", server.origin);
  const query = {
    redirect_uri: game.redirectUri,
    state: game.state,
    code_challenge: challengeOf(game.codeVerifier),
    code_challenge_method: "S256",
    ...changes,
  };
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}

/** Follows nothing: the Location of one redirect. */
export async function locationOf(url: string | URL, init: RequestInit = {}): Promise<URL> {
  const response = await fetch(url, { redirect: "manual", ...init });
  const location = response.headers.get("location");
  if (!location) throw new Error(`${response.status} without a Location`);
  return new URL(location);
}

/** Picks an account on the local Google's page, as its form does. */
export function pickAtGoogle(authorizationUrl: URL, account = "ada"): Promise<URL> {
  return locationOf(authorizationUrl, { method: "POST", body: new URLSearchParams({ account }) });
}

/** From the game's first request to Google's answer at our callback, not yet delivered. */
export async function callbackUrl(server: Target, game: GameSide, account?: string): Promise<URL> {
  return onServer(server, await pickAtGoogle(await locationOf(startUrl(server, game)), account));
}

/** The whole way, to the game's redirect URI with its code. */
export async function signedInRedirect(server: Target, game: GameSide, account?: string): Promise<URL> {
  return locationOf(await callbackUrl(server, game, account));
}

function onServer(server: Target, url: URL): URL {
  return new URL(url.pathname + url.search, server.origin);
}
