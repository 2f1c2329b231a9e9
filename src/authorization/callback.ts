import { randomBytes } from "node:crypto";
import type { Clock } from "../clock";
import type { Database } from "../db/database";
import { ApiError } from "../errors";
import type { RequestContext } from "../http/context";
import { logFailure } from "../http/failure";
import type { GoogleVerifier } from "../identity/google-verifier";
import type { Log } from "../log/log";
import { sha256 } from "./start";

const REQUEST_LIFETIME_SECONDS = 600;

export type CallbackDeps = { database: Database; clock: Clock; google: GoogleVerifier; log: Log };

/** A sign-in that Google or we refuse. The player returns to the game with the reason. */
export class SignInRefused extends ApiError {
  constructor(
    { code, cause }: ApiError,
    readonly location: string,
  ) {
    super(code, { cause });
  }
}

/** What Google sends back (RFC 6749 §4.1.2). */
export type CallbackQuery = {
  state?: string | undefined;
  code?: string | undefined;
  error?: string | undefined;
};

type Request = {
  google_code_verifier: string;
  redirect_uri: string;
  client_state: string;
  code_challenge: string;
};

/**
 * Finishes a sign-in at Google and makes the one-time login code for the game.
 * @param callback our redirect URI, the same as at the start
 * @returns the game's redirect URI with `code` and `state`, or with `error` and `state` when the player said no
 * @throws {ApiError} authorization_expired when the state is unknown, too old or was used before
 * @throws {SignInRefused} with the game's redirect URI with `error` and `state`
 */
export async function finishAuthorization(
  deps: CallbackDeps,
  query: CallbackQuery,
  callback: string,
  context: RequestContext,
): Promise<string> {
  const { log } = deps;
  const request = query.state ? await takeRequest(deps, query.state) : null;
  if (!request) throw new ApiError("authorization_expired");
  const answer = (members: Record<string, string>) =>
    withQuery(request.redirect_uri, { ...members, state: request.client_state });

  if (query.error || !query.code) {
    const error = query.error === "access_denied" ? "access_denied" : "server_error";
    log.event("sign_in_failed", { reason: error, ...context });
    return answer({ error });
  }
  try {
    const code = await makeLoginCode(deps, request, query.code, callback);
    return answer({ code });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    log.event("sign_in_failed", { reason: error.code, ...context });
    if (error.status >= 500) logFailure(log, error, context);
    const reason = error.status === 503 ? "temporarily_unavailable" : "access_denied";
    throw new SignInRefused(error, answer({ error: reason }));
  }
}

async function takeRequest({ database, clock }: CallbackDeps, state: string): Promise<Request | null> {
  const { rows } = await database.pool.query<Request>({
    name: "take_authorization_request",
    text: `DELETE FROM authorization_requests
      WHERE state_hash = $1 AND created_at > coalesce($2::timestamptz, now()) - make_interval(secs => $3::float8)
      RETURNING google_code_verifier, redirect_uri, client_state, code_challenge`,
    values: [sha256(state), clock.databaseNow(), REQUEST_LIFETIME_SECONDS],
  });
  return rows[0] ?? null;
}

async function makeLoginCode(
  { database, clock, google }: CallbackDeps,
  request: Request,
  code: string,
  callback: string,
): Promise<string> {
  const player = await google.code({
    code,
    codeVerifier: request.google_code_verifier,
    redirectUri: callback,
  });
  const { givenName, picture } = await player.loadProfile();
  const loginCode = randomBytes(32).toString("base64url");
  await database.pool.query({
    name: "remember_login_code",
    text: `INSERT INTO login_codes
        (code_hash, code_challenge, google_id, email, email_verified, given_name, picture, created_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, coalesce($8::timestamptz, now()))`,
    values: [
      sha256(loginCode),
      request.code_challenge,
      player.sub,
      player.email,
      player.emailVerified,
      givenName,
      picture,
      clock.databaseNow(),
    ],
  });
  return loginCode;
}

function withQuery(uri: string, members: Record<string, string>): string {
  const url = new URL(uri);
  for (const [name, value] of Object.entries(members)) url.searchParams.set(name, value);
  return url.href;
}
