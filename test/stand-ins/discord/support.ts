import { createHash } from "node:crypto";
import { type RunningStandIns, startStandIns } from "../../../src/stand-ins/start";

export const CLIENT_ID = "157730590492196864";
export const CLIENT_SECRET = "discord-secret";
export const REDIRECT_URI = "http://127.0.0.1:5000/auth/discord/callback";
export const VERIFIER = "a-verifier-of-forty-three-characters-at-least";
export const CHALLENGE = createHash("sha256").update(VERIFIER).digest("base64url");

type Changes = Record<string, string | undefined>;

/** A local Discord over real HTTP, whose clock the test moves. The caller stops it. */
export function startDiscord() {
  const clock = {
    offsetSeconds: 0,
    now: () => new Date(Date.now() + clock.offsetSeconds * 1000),
  };
  const discord = { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET };
  return { standIns: startStandIns({ port: 0, clock, discord }), clock };
}

/** A valid authorization URL; a parameter set to undefined is left out. */
export function pageUrl({ endpoints }: RunningStandIns, changes: Changes = {}): string {
  const url = new URL(`${endpoints.discord.url}/oauth2/authorize`);
  const parameters = {
    client_id: CLIENT_ID,
    redirect_uri: REDIRECT_URI,
    response_type: "code",
    scope: "identify email",
    state: "the state",
    code_challenge: CHALLENGE,
    code_challenge_method: "S256",
    prompt: "consent",
    ...changes,
  };
  for (const [name, value] of given(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/** Where the picker's form redirects to. */
export async function pick(url: string, form: Record<string, string> = { account: "ada" }): Promise<URL> {
  const body = new URLSearchParams(form);
  const response = await fetch(url, { method: "POST", body, redirect: "manual" });
  return new URL(response.headers.get("location") ?? "");
}

export async function codeFor(standIns: RunningStandIns, changes: Changes = {}): Promise<string> {
  return (await pick(pageUrl(standIns, changes))).searchParams.get("code") ?? "";
}

/** Exchanges a code; a parameter set to undefined is left out. */
export function exchange(
  { endpoints }: RunningStandIns,
  changes: Changes,
  headers: Record<string, string> = {},
): Promise<Response> {
  const parameters = {
    grant_type: "authorization_code",
    client_id: CLIENT_ID,
    client_secret: CLIENT_SECRET,
    redirect_uri: REDIRECT_URI,
    code_verifier: VERIFIER,
    ...changes,
  };
  const body = new URLSearchParams(given(parameters));
  return fetch(`${endpoints.discord.url}/api/oauth2/token`, { method: "POST", body, headers });
}

/** The current user, by a token. */
export function me({ endpoints }: RunningStandIns, token: string): Promise<Response> {
  return fetch(`${endpoints.discord.url}/api/v10/users/@me`, {
    headers: { authorization: `Bearer ${token}` },
  });
}

/** The answer of a script's `POST /local/tokens`. */
export function tokensFor({ origin }: RunningStandIns, body: object): Promise<Response> {
  return fetch(`${origin}/local/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ provider: "discord", ...body }),
  });
}

function given(parameters: Changes): [string, string][] {
  return Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
}
