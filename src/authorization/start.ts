import { createHash, randomBytes } from "node:crypto";
import type { Clock } from "../clock";
import type { GoogleConfig } from "../config/config";
import type { Database } from "../db/database";

/** What a game asks for: where to return to, its own state, and its PKCE challenge (RFC 7636 §4.3). */
export type AuthorizationRequest = { redirectUri: string; state: string; codeChallenge: string };

export type StartDeps = { database: Database; clock: Clock; googleConfig: GoogleConfig };

export function sha256(text: string): Buffer<ArrayBuffer> {
  return createHash("sha256").update(text).digest() as Buffer<ArrayBuffer>;
}

/**
 * Remembers the game's request under a fresh state and a fresh PKCE verifier of our own.
 * @param callback our redirect URI, as registered with Google
 * @returns Google's authorization URL (RFC 6749 §4.1.1)
 */
export async function startAuthorization(
  { database, clock, googleConfig }: StartDeps,
  request: AuthorizationRequest,
  callback: string,
): Promise<string> {
  const state = randomBytes(32).toString("base64url");
  const codeVerifier = randomBytes(32).toString("base64url");
  await database.pool.query({
    name: "remember_authorization_request",
    text: `INSERT INTO authorization_requests
        (state_hash, google_code_verifier, redirect_uri, client_state, code_challenge, created_at)
      VALUES ($1, $2, $3, $4, $5, coalesce($6::timestamptz, now()))`,
    values: [
      sha256(state),
      codeVerifier,
      request.redirectUri,
      request.state,
      request.codeChallenge,
      clock.databaseNow(),
    ],
  });
  const url = new URL(googleConfig.endpoints.auth);
  url.search = new URLSearchParams({
    client_id: googleConfig.clientIds[0] ?? "",
    redirect_uri: callback,
    response_type: "code",
    scope: "openid email profile",
    state,
    code_challenge: sha256(codeVerifier).toString("base64url"),
    code_challenge_method: "S256",
    prompt: "select_account",
  }).toString();
  return url.href;
}
