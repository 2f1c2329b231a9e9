import { CLOCK, type RunStatement, seconds } from "../db/statements";
import type { Identity } from "../identity/provider";
import { sha256 } from "../sha256";
import { type PendingRequest, REQUEST_LIFETIME_SECONDS } from "./state";

/** How long a login code may be redeemed, and an id token sent again because the answer was lost. */
const LOST_ANSWER_SECONDS = 60;

/** An identity that a login code stands for, and the game's PKCE challenge that guards it. */
export type PendingLogin = {
  codeChallenge: string;
  identity: Identity;
  name: string | null;
  picture: string | null;
};

/** Of a start at a server of the release before. */
const TAKE_REQUEST = `
  DELETE FROM authorization_requests AS a USING ${CLOCK}
  WHERE a.state_hash = $2 AND a.provider = $3 AND a.created_at > clock.now - ${seconds("$4")}
  RETURNING a.provider, a.google_code_verifier AS "codeVerifier", a.redirect_uri AS "redirectUri",
    a.client_state AS "clientState", a.code_challenge AS "codeChallenge", a.created_at + ${seconds("$4")} AS "expiresAt"`;

/**
 * A server of the release before reads `google_id` as Google's `sub`, which never holds a colon: to it another
 * provider's account is nobody.
 */
const PUT_LOGIN = `
  WITH spent AS (
    INSERT INTO spent_proofs (hash, spent_at, expires_at) SELECT $10, clock.now, $11 FROM ${CLOCK}
    ON CONFLICT (hash) DO NOTHING RETURNING spent_at AS now
  )
  INSERT INTO login_codes
    (code_hash, code_challenge, provider, subject, google_id, email, email_verified, given_name, picture, created_at)
  SELECT $2, $3, $4::text, $5::text, CASE $4::text WHEN 'google' THEN $5::text ELSE $4::text || ':' || $5::text END, $6, $7, $8, $9, spent.now
  FROM spent`;

const IS_SPENT = `SELECT FROM spent_proofs AS p, ${CLOCK} WHERE p.hash = $2 AND p.expires_at > clock.now`;

/** Whether a login code may be redeemed: its hash and challenge, and its seconds. */
const IS_GOOD = `l.code_hash = $2 AND l.code_challenge = $3 AND l.created_at > clock.now - ${seconds("$4")}`;

/** A spent code goes on naming its session until the clean-up, so that its second use is recognised. */
const REDEEM_LOGIN = `
  UPDATE login_codes AS l SET session_id = coalesce(l.session_id, $5) FROM ${CLOCK}
  WHERE ${IS_GOOD}
  RETURNING l.session_id, l.provider, coalesce(l.subject, l.google_id) AS subject, nullif(l.email, '') AS email,
    l.email_verified, l.given_name AS name, l.picture`;

const WHOSE_LOGIN = `
  SELECT l.provider, coalesce(l.subject, l.google_id) AS subject FROM login_codes AS l, ${CLOCK}
  WHERE ${IS_GOOD}`;

const DROP_LOGIN = `
  DELETE FROM login_codes USING ${CLOCK} WHERE code_hash = $2 RETURNING session_id`;

/** Part of a statement, named `spent`: spends what serves once, while `from` has a row. No row when it has served. */
export const SPENT = (hash: string, keptFor: string, from: string) => `
  spent AS (
    INSERT INTO spent_proofs (hash, spent_at, expires_at)
    SELECT ${hash}, clock.now, clock.now + ${keptFor} FROM ${from}, ${CLOCK}
    ON CONFLICT (hash) DO NOTHING RETURNING hash
  )`;

/**
 * Spends an id token, for a session: `session_id` is the one that it opened first, `is_recent` whether that was within
 * the minute in which an answer may have been lost. The no-op makes PostgreSQL return the row that is there.
 */
export const SPEND = (hash: string, sessionId: string, expiresAt: string) => `
  INSERT INTO spent_proofs AS p (hash, session_id, spent_at, expires_at)
  SELECT ${hash}, ${sessionId}, clock.now, ${expiresAt} FROM ${CLOCK}
  ON CONFLICT (hash) DO UPDATE SET hash = p.hash
  RETURNING p.session_id,
    p.spent_at > coalesce($1::timestamptz, now()) - interval '${LOST_ANSWER_SECONDS} seconds' AS is_recent`;

/** An id token that holds, and opens one session. */
export type OnceToken = {
  /** SHA-256 of what is signed. */
  hash: Buffer;
  /** Of the token; until then it is remembered. */
  expiresAt: Date;
};

const SPEND_ONCE = `
  INSERT INTO spent_proofs (hash, spent_at, expires_at) SELECT $2, clock.now, $3 FROM ${CLOCK}
  ON CONFLICT (hash) DO NOTHING`;

const deleteStale = (table: string, key: string) => `
  DELETE FROM ${table} WHERE ${key} IN (
    SELECT stale.${key} FROM ${table} AS stale, ${CLOCK}
    WHERE stale.created_at < clock.now - ${seconds("$2")} LIMIT $3
    FOR UPDATE OF stale SKIP LOCKED)`;

const DELETE_EXPIRED_PROOFS = `
  DELETE FROM spent_proofs WHERE hash IN (
    SELECT p.hash FROM spent_proofs AS p, ${CLOCK} WHERE p.expires_at < clock.now LIMIT $2
    FOR UPDATE OF p SKIP LOCKED)`;

/** A server of the release before writes these. */
const DELETE_STALE_REQUESTS = deleteStale("authorization_requests", "state_hash");
const DELETE_STALE_LOGINS = deleteStale("login_codes", "code_hash");

/** A request that no browser is tied to. */
export type EarlierRequest = Omit<PendingRequest, "browser"> & { expiresAt: Date };

/** What a login code stood for, and the session that it opens. */
export type RedeemedLogin = Omit<PendingLogin, "codeChallenge"> & { sessionId: string };

type RedeemedRow = Omit<Identity, "emailVerified"> & {
  session_id: string;
  email_verified: boolean;
  name: string | null;
  picture: string | null;
};

export type AuthorizationStore = ReturnType<typeof createAuthorizationStore>;

/** Every statement on `login_codes` and `spent_proofs`. Secrets go in as SHA-256, never as they are. */
export function createAuthorizationStore(run: RunStatement) {
  return {
    /**
     * The request of a state that a server of the release before made, which it serves once; null when unknown, too old,
     * or another provider's. The next release drops it.
     */
    async takeRequest(state: string, provider: string): Promise<EarlierRequest | null> {
      const { rows } = await run<EarlierRequest>("take_authorization_request", TAKE_REQUEST, [
        sha256(state),
        provider,
        REQUEST_LIFETIME_SECONDS,
      ]);
      return rows[0] ?? null;
    },

    /** Whether the state with this verifier has served. */
    async isSpent(codeVerifier: string): Promise<boolean> {
      return (await run("is_spent", IS_SPENT, [sha256(codeVerifier)])).rows.length > 0;
    },

    /**
     * Keeps what a login code stands for, and spends the state that led to it.
     * @returns false, and keeps nothing, when the state had served
     */
    async putLogin(
      loginCode: string,
      { codeChallenge, identity, name, picture }: PendingLogin,
      { codeVerifier, expiresAt }: { codeVerifier: string; expiresAt: Date },
    ): Promise<boolean> {
      const { provider, subject, email, emailVerified } = identity;
      const { rowCount } = await run("put_login_code", PUT_LOGIN, [
        sha256(loginCode),
        codeChallenge,
        provider,
        subject,
        email,
        emailVerified,
        name,
        picture,
        sha256(codeVerifier),
        expiresAt,
      ]);
      return rowCount > 0;
    },

    /**
     * What a login code stands for, within its minute.
     * @param sessionId of the session that it opens, unless it has opened one
     * @returns null for an unknown code, another game's or an old one
     */
    async redeemLogin(
      loginCode: string,
      codeChallenge: string,
      sessionId: string,
    ): Promise<RedeemedLogin | null> {
      const values = [sha256(loginCode), codeChallenge, LOST_ANSWER_SECONDS, sessionId];
      const { rows } = await run<RedeemedRow>("redeem_login_code", REDEEM_LOGIN, values, loginCode);
      const [row] = rows;
      if (!row) return null;
      const { provider, subject, email, email_verified: emailVerified, name, picture } = row;
      return {
        sessionId: row.session_id,
        identity: { provider, subject, email, emailVerified },
        name,
        picture,
      };
    },

    /** Whom {@link redeemLogin} would answer with, which it leaves to be done. */
    async whoseLogin(
      loginCode: string,
      codeChallenge: string,
    ): Promise<Pick<Identity, "provider" | "subject"> | null> {
      type Row = Pick<Identity, "provider" | "subject">;
      const values = [sha256(loginCode), codeChallenge, LOST_ANSWER_SECONDS];
      return (await run<Row>("whose_login_code", WHOSE_LOGIN, values)).rows[0] ?? null;
    },

    /** Ends a login code. @returns the session that it opened, if any */
    async dropLogin(loginCode: string): Promise<string | null> {
      const { rows } = await run<{ session_id: string | null }>("drop_login_code", DROP_LOGIN, [
        sha256(loginCode),
      ]);
      return rows[0]?.session_id ?? null;
    },

    /**
     * Spends an id token.
     * @param sessionId of the session that it opens, unless it has opened one
     * @returns the session that it opened first; null when that was more than a minute ago
     */
    async spendIdToken({ hash, expiresAt }: OnceToken, sessionId: string): Promise<string | null> {
      const { rows } = await run<{ session_id: string; is_recent: boolean }>(
        "spend_id_token",
        SPEND("$2", "$3", "$4"),
        [hash, sessionId, expiresAt],
      );
      const [row] = rows;
      return row?.is_recent ? row.session_id : null;
    },

    /**
     * Spends what serves once and opens nothing.
     * @returns false when it has served
     */
    async spendOnce(hash: Buffer, expiresAt: Date): Promise<boolean> {
      return (await run("spend_once", SPEND_ONCE, [hash, expiresAt])).rowCount > 0;
    },

    /**
     * Deletes up to so many proofs that have expired, and would be refused for that.
     * @returns how many
     */
    async deleteExpiredProofs(limit: number): Promise<number> {
      return (await run("delete_expired_proofs", DELETE_EXPIRED_PROOFS, [limit])).rowCount;
    },

    /**
     * Deletes up to so many requests that nobody finished, all of them of the release before.
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
