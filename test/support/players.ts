import { expect } from "bun:test";
import { randomBytes } from "node:crypto";
import type { SessionAnswer } from "../../src/session/model";
import { post } from "./requests";
import type { TestServer } from "./server";

/** What `POST /local/tokens` of the local Google takes beside the account. */
export type GoogleClaims = {
  account?: string;
  client_id?: string;
  scope?: string;
  nonce?: string;
  sub?: string;
  email?: string | null;
  email_verified?: boolean;
  name?: string | null;
  given_name?: string | null;
  picture?: string | null;
};

export type GoogleTokens = {
  access_token: string;
  id_token: string;
  account: { sub: string; email: string };
};

/** An account that no test has used before. */
export function freshAccount(): string {
  return `player-${randomBytes(8).toString("hex")}@players.example`;
}

/** Google's tokens for an account, by default a fresh one. */
export async function googleTokens(
  { google }: Pick<TestServer, "google">,
  claims: GoogleClaims = {},
): Promise<GoogleTokens> {
  const response = await fetch(`${google.origin}/local/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ account: freshAccount(), ...claims }),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as GoogleTokens;
}

/** Signs a player in, by default a new one, and returns the session. */
export async function signIn(
  server: TestServer,
  claims: GoogleClaims = {},
  extra: { device?: string } = {},
): Promise<SessionAnswer> {
  const { access_token } = await googleTokens(server, claims);
  const answer = await post(server, "/api/login", { access_token, ...extra });
  expect(answer.text).toStartWith('{"status":"success"');
  return answer.body;
}

/** Refreshes; the answer may be a refusal. */
export function refresh(server: { origin: string }, session: { refresh_token: string } | string) {
  const refresh_token = typeof session === "string" ? session : session.refresh_token;
  return post(server, "/api/refresh", { refresh_token });
}

/** Refreshes a session that must be alive. */
export async function refreshed(
  server: { origin: string },
  session: { refresh_token: string },
): Promise<SessionAnswer> {
  const answer = await refresh(server, session);
  expect(answer.text).toStartWith('{"status":"success"');
  return answer.body;
}

/** A name that no test has used before, of `length` letters that look like no other's. */
export function freshName(length = 12): string {
  const letters = "bdghkqrtwxyz";
  return Array.from(randomBytes(length), (byte) => letters[byte % letters.length]).join("");
}
