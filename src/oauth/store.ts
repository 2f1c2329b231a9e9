import { CLOCK, type RunStatement, seconds } from "../db/statements";
import type { Identity } from "../identity/provider";
import { sha256 } from "../sha256";
import type { AuthorizationRequest } from "./authorization-request";

/** How long an authorization code may be redeemed (RFC 6749 §4.1.2 recommends ten minutes at most). */
export const CODE_SECONDS = 60;

/** Whom a code signs in, for which request. */
export type PendingGrant = {
  request: AuthorizationRequest;
  identity: Identity;
  name: string | null;
  picture: string | null;
  /** Of the session that it opens. */
  sessionId: string;
  /** Whether the player has just said that the client may know who they are. */
  consentGiven: boolean;
};

export type RedeemedGrant = Omit<PendingGrant, "request"> & Pick<AuthorizationRequest, "scope" | "nonce">;

/** For whom a code may be redeemed. */
type CodeHolder = Omit<AuthorizationRequest, "state" | "scope" | "nonce">;

/** A sign-in has one code at a time, and none any more once one has served. */
const PUT = `
  INSERT INTO authorization_codes AS a (code_hash, client_id, redirect_uri, code_challenge, scope, nonce, provider, subject,
    email, email_verified, name, picture, session_id, consent_given, created_at)
  SELECT $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, clock.now FROM ${CLOCK}
  ON CONFLICT (session_id) DO UPDATE SET code_hash = excluded.code_hash, created_at = excluded.created_at,
    consent_given = excluded.consent_given
  WHERE a.redeemed_at IS NULL`;

/** Whether a code may be redeemed: its hash, client, redirect and challenge, and its seconds. */
const IS_GOOD = `a.code_hash = $2 AND a.client_id = $3 AND a.redirect_uri = $4 AND a.code_challenge = $5
    AND a.redeemed_at IS NULL AND a.created_at > clock.now - ${seconds("$6")}`;

const REDEEM = `
  UPDATE authorization_codes AS a SET redeemed_at = clock.now FROM ${CLOCK}
  WHERE ${IS_GOOD}
  RETURNING a.scope, a.nonce, a.provider, a.subject, a.email, a.email_verified AS "emailVerified", a.name, a.picture,
    a.session_id AS "sessionId", a.consent_given AS "consentGiven"`;

const WHOSE = `SELECT a.provider, a.subject FROM authorization_codes AS a, ${CLOCK} WHERE ${IS_GOOD}`;

const DROP = `
  DELETE FROM authorization_codes USING ${CLOCK} WHERE code_hash = $2 RETURNING session_id`;

const IS_THERE = `SELECT FROM authorization_codes AS a, ${CLOCK} WHERE a.code_hash = $2`;

const DELETE_STALE = `
  DELETE FROM authorization_codes WHERE code_hash IN (
    SELECT a.code_hash FROM authorization_codes AS a, ${CLOCK}
    WHERE a.created_at < clock.now - ${seconds("$2")} LIMIT $3
    FOR UPDATE OF a SKIP LOCKED)`;

const CONSENTED = `
  SELECT FROM consents AS c JOIN identities AS i ON i.user_id = c.user_id, ${CLOCK}
  WHERE i.provider = $2 AND i.subject = $3 AND c.client_id = $4 AND c.scopes @> $5::text[]`;

/** What was there and what comes to it. */
const UNITED = "ARRAY(SELECT DISTINCT unnest(c.scopes || excluded.scopes) ORDER BY 1)";

const CONSENT = `
  INSERT INTO consents AS c (user_id, client_id, scopes, granted_at)
  SELECT $2, $3, $4::text[], clock.now FROM ${CLOCK}
  ON CONFLICT (user_id, client_id) DO UPDATE SET granted_at = excluded.granted_at, scopes = ${UNITED}`;

/** The rows of the one given up stay: nobody signs in as them, and an undoing finds them as they were. */
const JOIN_CONSENTS = `
  WITH theirs AS (SELECT t.client_id, t.scopes, t.granted_at FROM consents AS t, ${CLOCK} WHERE t.user_id = $2),
  joined AS (
    INSERT INTO consents AS c (user_id, client_id, scopes, granted_at)
    SELECT $3, client_id, scopes, granted_at FROM theirs
    ON CONFLICT (user_id, client_id) DO UPDATE SET scopes = ${UNITED},
      granted_at = greatest(c.granted_at, excluded.granted_at)
    WHERE NOT c.scopes @> excluded.scopes
    RETURNING client_id, scopes, granted_at
  )
  SELECT jsonb_build_object('client_id', j.client_id, 'scopes', j.scopes, 'granted_at', j.granted_at,
    'before_scopes', before.scopes, 'before_granted_at', before.granted_at) AS consent
  FROM joined AS j LEFT JOIN consents AS before ON before.user_id = $3 AND before.client_id = j.client_id`;

/** What was allowed since stays, and nothing else of what the merge brought. */
const TAKE_BACK_CONSENTS = `
  WITH own AS (
    SELECT j.client_id, j.before_granted_at IS NOT NULL AS was_there,
      CASE WHEN c.scopes = j.scopes THEN coalesce(j.before_scopes, '{}')
        ELSE ARRAY(SELECT unnest(j.before_scopes) UNION (SELECT unnest(c.scopes) EXCEPT SELECT unnest(j.scopes)) ORDER BY 1)
      END AS scopes,
      CASE WHEN c.granted_at = j.granted_at THEN coalesce(j.before_granted_at, c.granted_at) ELSE c.granted_at END AS granted_at
    FROM ${CLOCK}, jsonb_to_recordset($3::jsonb) AS j (client_id text, scopes text[], granted_at timestamptz,
        before_scopes text[], before_granted_at timestamptz)
      JOIN consents AS c ON c.user_id = $2 AND c.client_id = j.client_id
  ), gone AS (
    DELETE FROM consents AS c USING own
    WHERE c.user_id = $2 AND c.client_id = own.client_id AND NOT own.was_there AND own.scopes = '{}'
  )
  UPDATE consents AS c SET scopes = own.scopes, granted_at = own.granted_at FROM own
  WHERE c.user_id = $2 AND c.client_id = own.client_id AND (own.was_there OR own.scopes <> '{}')`;

/** A consent that a merge has changed, after and before it, as JSON has it. Before is null where there was none. */
export type ConsentJson = Record<string, unknown>;

const TELL_CONSENTS = `
  SELECT c.client_id, c.scopes, c.granted_at FROM consents AS c, ${CLOCK} WHERE c.user_id = $2 ORDER BY c.client_id`;

const DELETE_CONSENTS_OF = `DELETE FROM consents AS c USING ${CLOCK} WHERE c.user_id = ANY($2)`;

/** What a player lets a client know. */
export type ConsentTold = { client_id: string; scopes: string[]; granted_at: Date };

export type GrantStore = ReturnType<typeof createGrantStore>;

/** Every statement on `authorization_codes` and `consents`. Codes go in as SHA-256. */
export function createGrantStore(run: RunStatement) {
  return {
    /**
     * Keeps what a code stands for, in place of an earlier one of the same sign-in.
     * @returns false when an earlier one has served
     */
    async putCode(
      code: string,
      { request, identity, name, picture, sessionId, consentGiven }: PendingGrant,
    ): Promise<boolean> {
      const { clientId, redirectUri, codeChallenge, scope, nonce } = request;
      const { provider, subject, email, emailVerified } = identity;
      const values = [sha256(code), clientId, redirectUri, codeChallenge, scope, nonce, provider, subject];
      const rest = [email, emailVerified, name, picture, sessionId, consentGiven];
      return (await run("put_authorization_code", PUT, [...values, ...rest])).rowCount > 0;
    },

    /** Lets a code serve, within its minute. @returns null for one that is unknown, too old, another's, or has served */
    async redeemCode(
      code: string,
      { clientId, redirectUri, codeChallenge }: CodeHolder,
    ): Promise<RedeemedGrant | null> {
      type Row = Omit<RedeemedGrant, "identity"> & Identity;
      const values = [sha256(code), clientId, redirectUri, codeChallenge, CODE_SECONDS];
      const { rows } = await run<Row>("redeem_authorization_code", REDEEM, values, code);
      const [row] = rows;
      if (!row) return null;
      const { provider, subject, email, emailVerified, ...grant } = row;
      return { ...grant, identity: { provider, subject, email, emailVerified } };
    },

    /** Whom {@link redeemCode} would answer with, which it leaves to be done. */
    async whoseCode(
      code: string,
      { clientId, redirectUri, codeChallenge }: CodeHolder,
    ): Promise<Pick<Identity, "provider" | "subject"> | null> {
      type Row = Pick<Identity, "provider" | "subject">;
      const values = [sha256(code), clientId, redirectUri, codeChallenge, CODE_SECONDS];
      return (await run<Row>("whose_authorization_code", WHOSE, values)).rows[0] ?? null;
    },

    /** Ends a code. @returns the session that it opens, or has opened; null for an unknown code */
    async dropCode(code: string): Promise<string | null> {
      const { rows } = await run<{ session_id: string }>("drop_authorization_code", DROP, [sha256(code)]);
      return rows[0]?.session_id ?? null;
    },

    /** Whether a code has been ended by nobody. */
    async isCodeThere(code: string): Promise<boolean> {
      return (await run("is_authorization_code_there", IS_THERE, [sha256(code)])).rows.length > 0;
    },

    /**
     * Deletes up to so many codes that are so old.
     * @returns how many
     */
    async deleteStaleCodes(ageSeconds: number, limit: number): Promise<number> {
      return (await run("delete_stale_authorization_codes", DELETE_STALE, [ageSeconds, limit])).rowCount;
    },

    /** Whether the player of an identity has let a client know as much before. */
    async hasConsented(
      { provider, subject }: Pick<Identity, "provider" | "subject">,
      clientId: string,
      scopes: readonly string[],
    ): Promise<boolean> {
      const values = [provider, subject, clientId, scopes];
      return (await run("has_consented", CONSENTED, values)).rows.length > 0;
    },

    async tellConsents(userId: number): Promise<ConsentTold[]> {
      return (await run<ConsentTold>("tell_consents", TELL_CONSENTS, [userId])).rows;
    },

    async deleteConsentsOf(userIds: number[]): Promise<void> {
      await run("delete_consents_of", DELETE_CONSENTS_OF, [userIds]);
    },

    /** Remembers what a player lets a client know, beside what they did before. */
    async consent(userId: number, clientId: string, scopes: readonly string[]): Promise<void> {
      await run("consent", CONSENT, [userId, clientId, scopes]);
    },

    /**
     * Lets clients know of one player what another has let them know.
     * @returns what changed, for {@link takeBackConsents}
     */
    async joinConsents(fromUserId: number, toUserId: number): Promise<ConsentJson[]> {
      const values = [fromUserId, toUserId];
      const { rows } = await run<{ consent: ConsentJson }>("join_consents", JOIN_CONSENTS, values);
      return rows.map(({ consent }) => consent);
    },

    /** Takes {@link joinConsents} back, of the player who got them. */
    async takeBackConsents(userId: number, changed: ConsentJson[]): Promise<void> {
      await run("take_back_consents", TAKE_BACK_CONSENTS, [userId, JSON.stringify(changed)]);
    },
  };
}
