import { CLOCK, type RunStatement, seconds } from "../db/statements";
import type { Identity } from "../identity/provider";
import { sha256 } from "../sha256";

const REQUEST_LIFETIME_SECONDS = 600;
const LOGIN_CODE_LIFETIME_SECONDS = 60;

/** A sign-in on its way through a provider. */
export type PendingRequest = {
  provider: string;
  /** PKCE verifier of our own leg toward the provider (RFC 7636 §4.1). */
  codeVerifier: string;
  /** The game's. */
  redirectUri: string;
  clientState: string;
  codeChallenge: string;
};

/** An identity that a login code stands for, and the game's PKCE challenge that guards it. */
export type PendingLogin = {
  codeChallenge: string;
  identity: Identity;
  name: string | null;
  picture: string | null;
};

const PUT_REQUEST = `
  INSERT INTO authorization_requests
    (state_hash, provider, google_code_verifier, redirect_uri, client_state, code_challenge, created_at)
  SELECT $2, $3, $4, $5, $6, $7, clock.now FROM ${CLOCK}`;

const TAKE_REQUEST = `
  DELETE FROM authorization_requests AS a USING ${CLOCK}
  WHERE a.state_hash = $2 AND a.provider = $3 AND a.created_at > clock.now - ${seconds("$4")}
  RETURNING a.provider, a.google_code_verifier AS "codeVerifier", a.redirect_uri AS "redirectUri",
    a.client_state AS "clientState", a.code_challenge AS "codeChallenge"`;

/**
 * A server of the release before reads `google_id` as Google's `sub`, which never holds a colon: to it another
 * provider's account is nobody.
 */
const PUT_LOGIN = `
  INSERT INTO login_codes
    (code_hash, code_challenge, provider, subject, google_id, email, email_verified, given_name, picture, created_at)
  SELECT $2, $3, $4::text, $5::text, CASE $4::text WHEN 'google' THEN $5::text ELSE $4::text || ':' || $5::text END, $6, $7, $8, $9, clock.now
  FROM ${CLOCK}`;

const TAKE_LOGIN = `
  DELETE FROM login_codes AS l USING ${CLOCK}
  WHERE l.code_hash = $2 AND l.created_at > clock.now - ${seconds("$3")}
  RETURNING l.code_challenge, l.provider, coalesce(l.subject, l.google_id) AS subject, nullif(l.email, '') AS email,
    l.email_verified, l.given_name AS name, l.picture`;

const deleteStale = (table: string, key: string) => `
  DELETE FROM ${table} WHERE ${key} IN (
    SELECT stale.${key} FROM ${table} AS stale, ${CLOCK}
    WHERE stale.created_at < clock.now - ${seconds("$2")} LIMIT $3
    FOR UPDATE OF stale SKIP LOCKED)`;

const DELETE_STALE_REQUESTS = deleteStale("authorization_requests", "state_hash");
const DELETE_STALE_LOGINS = deleteStale("login_codes", "code_hash");

export type AuthorizationStore = ReturnType<typeof createAuthorizationStore>;

/** Every statement on `authorization_requests` and `login_codes`. Secrets go in as SHA-256, never as they are. */
export function createAuthorizationStore(run: RunStatement) {
  return {
    /** Remembers a request under the `state` that is sent to the provider. */
    async putRequest(state: string, request: PendingRequest): Promise<void> {
      const { provider, codeVerifier, redirectUri, clientState, codeChallenge } = request;
      await run("put_authorization_request", PUT_REQUEST, [
        sha256(state),
        provider,
        codeVerifier,
        redirectUri,
        clientState,
        codeChallenge,
      ]);
    },

    /** The request of a state, which it serves once; null when unknown, too old, or another provider's. */
    async takeRequest(state: string, provider: string): Promise<PendingRequest | null> {
      const { rows } = await run<PendingRequest>("take_authorization_request", TAKE_REQUEST, [
        sha256(state),
        provider,
        REQUEST_LIFETIME_SECONDS,
      ]);
      return rows[0] ?? null;
    },

    async putLogin(
      loginCode: string,
      { codeChallenge, identity, name, picture }: PendingLogin,
    ): Promise<void> {
      const { provider, subject, email, emailVerified } = identity;
      await run("put_login_code", PUT_LOGIN, [
        sha256(loginCode),
        codeChallenge,
        provider,
        subject,
        email,
        emailVerified,
        name,
        picture,
      ]);
    },

    /** What a login code stands for, which it serves once; null when unknown or too old. */
    async takeLogin(loginCode: string): Promise<PendingLogin | null> {
      type Row = Omit<Identity, "emailVerified"> & {
        email_verified: boolean;
        code_challenge: string;
        name: string | null;
        picture: string | null;
      };
      const { rows } = await run<Row>("take_login_code", TAKE_LOGIN, [
        sha256(loginCode),
        LOGIN_CODE_LIFETIME_SECONDS,
      ]);
      const [row] = rows;
      if (!row) return null;
      const { provider, subject, email, email_verified: emailVerified, name, picture } = row;
      return {
        codeChallenge: row.code_challenge,
        identity: { provider, subject, email, emailVerified },
        name,
        picture,
      };
    },

    /**
     * Deletes up to so many requests that nobody finished.
     * @returns how many
     */
    async deleteStaleRequests(ageSeconds: number, limit: number): Promise<number> {
      return (await run("delete_stale_requests", DELETE_STALE_REQUESTS, [ageSeconds, limit])).rowCount;
    },

    /**
     * Deletes up to so many login codes that nobody redeemed.
     * @returns how many
     */
    async deleteStaleLogins(ageSeconds: number, limit: number): Promise<number> {
      return (await run("delete_stale_logins", DELETE_STALE_LOGINS, [ageSeconds, limit])).rowCount;
    },
  };
}
