import { createHash, randomBytes } from "node:crypto";
import type { Clock } from "../clock";
import type { GoogleConfig } from "../config";
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
  await database.prisma.authorizationRequest.create({
    data: {
      stateHash: sha256(state),
      googleCodeVerifier: codeVerifier,
      redirectUri: request.redirectUri,
      clientState: request.state,
      codeChallenge: request.codeChallenge,
      createdAt: clock.now(),
    },
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
