import { createHash } from "node:crypto";
import { type RunningLocalGoogle, startLocalGoogle } from "../../../src/stand-ins/google/start";

export const CLIENT_ID = "kitchen";
export const CLIENT_SECRET = "kitchen-secret";
export const REDIRECT_URI = "http://127.0.0.1:5000/auth/google/callback";
export const VERIFIER = "a-verifier-of-forty-three-characters-at-least";
export const CHALLENGE = createHash("sha256").update(VERIFIER).digest("base64url");

/** A local Google over real HTTP, whose clock the test moves. The caller stops it. */
export function startGoogle() {
  const clock = {
    offsetSeconds: 0,
    now: () => new Date(Date.now() + clock.offsetSeconds * 1000),
  };
  const google = startLocalGoogle({ port: 0, clock, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET });
  return { google, clock };
}

/** A valid authorization URL; a parameter set to undefined is left out. */
export function authUrl(
  google: RunningLocalGoogle,
  changes: Record<string, string | undefined> = {},
): string {
  const url = new URL(google.urls.auth);
  const parameters = {
    client_id: CLIENT_ID,
    redirect_uri: REDIRECT_URI,
    response_type: "code",
    scope: "openid email profile",
    state: "the state",
    nonce: "the nonce",
    code_challenge: CHALLENGE,
    code_challenge_method: "S256",
    ...changes,
  };
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url.href;
}

/** Sends one of the picker's forms, as a browser does. */
export function pick(url: string, form: Record<string, string>): Promise<Response> {
  return fetch(url, { method: "POST", body: new URLSearchParams(form), redirect: "manual" });
}

/** Where the picker redirects to. */
export async function pickedLocation(url: string, form: Record<string, string>): Promise<URL> {
  return new URL((await pick(url, form)).headers.get("location") ?? "");
}

/** A fresh code for Ada. */
export async function codeFor(
  google: RunningLocalGoogle,
  changes: Record<string, string | undefined> = {},
): Promise<string> {
  const location = await pickedLocation(authUrl(google, changes), { account: "ada@players.example" });
  return location.searchParams.get("code") ?? "";
}

/** Exchanges a code; a parameter set to undefined is left out. */
export function exchange(
  google: RunningLocalGoogle,
  changes: Record<string, string | undefined>,
  headers: Record<string, string> = {},
): Promise<Response> {
  const form = new URLSearchParams();
  const parameters = {
    grant_type: "authorization_code",
    client_id: CLIENT_ID,
    client_secret: CLIENT_SECRET,
    redirect_uri: REDIRECT_URI,
    code_verifier: VERIFIER,
    ...changes,
  };
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) form.set(name, value);
  }
  return fetch(google.urls.token, { method: "POST", body: form, headers });
}

/** Tokens for a named account. */
export function tokensFor(google: RunningLocalGoogle, body: unknown): Promise<Response> {
  return fetch(`${google.origin}/local/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}
