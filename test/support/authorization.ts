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

const COOKIE_NAME = "sign-in";

/** The value of the one cookie that a browser gets from a start; all tests of a file are the same browser. */
let cookie: string | null = null;

/** What a browser does with its cookie, following no redirect but that of a start to the server's own name. */
export async function visit(url: string | URL, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (cookie && !headers.has("cookie")) headers.set("cookie", `${COOKIE_NAME}=${cookie}`);
  const response = await fetch(url, { redirect: "manual", ...init, headers });
  const [, set] = new RegExp(`^${COOKIE_NAME}=([^;]+)`).exec(response.headers.get("set-cookie") ?? "") ?? [];
  if (set) cookie = set;
  const location = response.headers.get("location") ?? "";
  return location.endsWith("&redirected=1") ? visit(location, init) : response;
}

/** Follows nothing: the Location of one redirect. */
export async function locationOf(url: string | URL, init: RequestInit = {}): Promise<URL> {
  const response = await visit(url, init);
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
