import { CLOCK, type RunStatement, seconds } from "../db/statements";
import { type Ban, isBanned } from "./banned";

/** A row of `banned_identities` as JSON, which PostgreSQL makes a row of again to the last digit. */
export type BannedIdentityJson = Record<string, unknown>;

/** A key that identities are hashed with, encrypted. */
export type HashKeyRow = { id: string; keyJwe: string; isCurrent: boolean };

/** Part of a condition: whether none of these hashes is that of a banned identity. @param hashes as in `$5` */
export const NONE_BANNED = (hashes: string) => `NOT EXISTS (
      SELECT FROM banned_identities AS b, ${CLOCK}
      WHERE b.hash = ANY(${hashes}::bytea[]) AND (b.until IS NULL OR b.until > clock.now))`;

const PUT = `
  INSERT INTO banned_identities (hash, user_id, until, reason, created_at)
  SELECT DISTINCT hash, $2::int, $4::timestamptz, $5::text, clock.now FROM unnest($3::bytea[]) AS hash, ${CLOCK}`;

const TAKE = `
  DELETE FROM banned_identities AS b USING ${CLOCK} WHERE b.user_id = $2 RETURNING to_jsonb(b) AS row`;

const RESTORE = `
  INSERT INTO banned_identities
  SELECT kept.* FROM ${CLOCK}, jsonb_populate_recordset(NULL::banned_identities, $2::jsonb) AS kept`;

/** Of the player who has the identity, or of one whose identity it was; the ban that lasts longest. */
const FIND = `
  SELECT ban.reason, ban.until FROM ${CLOCK} CROSS JOIN LATERAL (
    SELECT u.ban_reason AS reason, u.banned_until AS until
    FROM identities AS i JOIN users AS u ON u.id = i.user_id
    WHERE i.provider = $2 AND i.subject = $3 AND ${isBanned("u")}
    UNION ALL
    SELECT b.reason, b.until FROM banned_identities AS b
    WHERE b.hash = ANY($4::bytea[]) AND (b.until IS NULL OR b.until > clock.now)
  ) AS ban
  ORDER BY ban.until DESC NULLS FIRST LIMIT 1`;

const BANNED_AMONG = `
  SELECT DISTINCT b.hash FROM banned_identities AS b, ${CLOCK}
  WHERE b.hash = ANY($2::bytea[]) AND (b.until IS NULL OR b.until > clock.now)`;

const DELETE_OLD = `
  DELETE FROM banned_identities WHERE (hash, user_id) IN (
    SELECT b.hash, b.user_id FROM banned_identities AS b, ${CLOCK}
    WHERE b.until < clock.now - ${seconds("$2")} LIMIT $3
    FOR UPDATE OF b SKIP LOCKED)`;

const COUNT = `
  SELECT count(DISTINCT o.user_id)::int AS count
  FROM (SELECT user_id, until FROM banned_identities LIMIT $2) AS o, ${CLOCK}
  WHERE o.until IS NULL OR o.until > clock.now`;

const LIST_KEYS = `
  SELECT k.id, k.key_jwe AS "keyJwe", k.is_current IS TRUE AS "isCurrent" FROM identity_hash_keys AS k, ${CLOCK}
  ORDER BY k.is_current DESC NULLS LAST, k.id DESC`;

/** A unique index lets one key be current: of several makers the first wins. */
const PUT_FIRST_KEY = `
  INSERT INTO identity_hash_keys (id, key_jwe, is_current, created_at)
  SELECT $2, $3, true, clock.now FROM ${CLOCK}
  ON CONFLICT (is_current) DO NOTHING`;

const SET_ASIDE_KEY = `UPDATE identity_hash_keys AS k SET is_current = NULL FROM ${CLOCK} WHERE k.id = $2`;

const ENCRYPT_KEY_ANEW = `
  UPDATE identity_hash_keys AS k SET key_jwe = $4 FROM ${CLOCK} WHERE k.id = $2 AND k.key_jwe = $3`;

export type BanStore = ReturnType<typeof createBanStore>;

/** Every statement on `banned_identities` and `identity_hash_keys`. */
export function createBanStore(run: RunStatement) {
  return {
    /** Bans identities, in the transaction of their player's ban. */
    async put(userId: number, hashes: Buffer[], { reason, until }: Ban): Promise<void> {
      await run("put_banned_identities", PUT, [userId, hashes, until, reason]);
    },

    /** Lets a player's identities go. @returns the rows as they were */
    async take(userId: number): Promise<BannedIdentityJson[]> {
      const { rows } = await run<{ row: BannedIdentityJson }>("take_banned_identities", TAKE, [userId]);
      return rows.map(({ row }) => row);
    },

    /** Brings back what {@link take} took. */
    async restore(rows: BannedIdentityJson[]): Promise<void> {
      if (rows.length > 0) await run("restore_banned_identities", RESTORE, [JSON.stringify(rows)]);
    },

    /** The ban that keeps an identity out; null when there is none. @param hashes of it, one for each key */
    async find({ provider, subject }: { provider: string; subject: string }, hashes: Buffer[]) {
      return (await run<Ban>("find_ban", FIND, [provider, subject, hashes])).rows[0] ?? null;
    },

    /** Of hashes, those of identities that are banned. */
    async bannedAmong(hashes: Buffer[]): Promise<Buffer[]> {
      return (await run<{ hash: Buffer }>("banned_among", BANNED_AMONG, [hashes])).rows.map(
        ({ hash }) => hash,
      );
    },

    /** How many players are banned, of whom a way in is known. @param limit rows that are looked at */
    async count(limit: number): Promise<number> {
      return (await run<{ count: number }>("count_bans", COUNT, [limit])).rows[0]?.count ?? 0;
    },

    /**
     * Deletes up to so many rows of bans that ended so long ago.
     * @returns how many
     */
    async deleteOld(endedSeconds: number, limit: number): Promise<number> {
      return (await run("delete_old_banned_identities", DELETE_OLD, [endedSeconds, limit])).rowCount;
    },

    /** The key that is hashed with, then those before it. */
    async listKeys(): Promise<HashKeyRow[]> {
      return (await run<HashKeyRow>("list_identity_hash_keys", LIST_KEYS)).rows;
    },

    /** Lets a key be hashed with, unless another one is. */
    async putFirstKey({ id, keyJwe }: Omit<HashKeyRow, "isCurrent">): Promise<void> {
      await run("put_identity_hash_key", PUT_FIRST_KEY, [id, keyJwe]);
    },

    /** Lets another key take this one's place, which is kept: its secret may come back. */
    async setKeyAside(id: string): Promise<void> {
      await run("set_identity_hash_key_aside", SET_ASIDE_KEY, [id]);
    },

    /** @param before the key as it was read: what somebody else has written since stays */
    async encryptKeyAnew(id: string, before: string, keyJwe: string): Promise<void> {
      await run("encrypt_identity_hash_key_anew", ENCRYPT_KEY_ANEW, [id, before, keyJwe]);
    },
  };
}
