import { AUDIT_EMPTIED, RENAME_AUDITED } from "../audit/store";
import { type Ban, isAllowed, isBanned } from "../bans/banned";
import type { NamesConfig } from "../config/config";
import { notNullViolation, uniqueViolation } from "../db/errors";
import { CLOCK, type RunStatement, seconds } from "../db/statements";
import { FORGOTTEN, OUTBOXED, typeLiteral } from "../webhooks/outbox";
import { type AgeBand, GUEST, type User, userModel } from "./model";
import { looks } from "./skeleton";
import type { Username } from "./username";

/** What clients see of a player, as the columns of `users` have it. */
export type UserRow = Omit<
  User,
  "email" | "guest" | "providers" | "roles" | "created_at" | "last_login" | OptionalMember
> & {
  email: string | null;
  /** Separated by commas, as `roles`. */
  providers: string;
  roles: string;
  created_at: Date;
  last_login: Date;
  terms_version: string | null;
  age_band: AgeBand | null;
  guardian_consent_at: Date | null;
};

/** What a player has only where the studio asks for it. */
type OptionalMember = "terms_version" | "age_band" | "guardian_consent_at";

const { guest: _, ...COLUMNS } = userModel.properties;

const LISTS = ["providers", "roles"];

/** The columns of {@link UserRow}, of a table or subquery `u`. An array would be slower to read than a text. */
export const USER_COLUMNS = Object.keys(COLUMNS)
  .map((column) =>
    LISTS.includes(column) ? `array_to_string(u.${column}, ',') AS ${column}` : `u.${column}`,
  )
  .join(", ");

/**
 * Part of a statement, named `u`: notes a sign-in of the player in `known.user_id`; nobody when banned, or given up in
 * this very moment. In place of an email that the identity does not tell stands the one that another told last.
 */
export const SIGNED_IN = (email: string, emailVerified: string, isAnother: string) => `
  u AS (
    UPDATE users SET last_login = clock.now, email = coalesce(${email}, ${toldBy(isAnother, "email")}),
      email_verified = CASE WHEN ${email} IS NULL
        THEN coalesce(${toldBy(isAnother, "email_verified")}, ${emailVerified}) ELSE ${emailVerified} END
    FROM known, ${CLOCK}
    WHERE users.id = known.user_id AND ${isAllowed("users")} AND merged_into IS NULL
    RETURNING users.*
  )`;

const toldBy = (isAnother: string, column: string) => `(
      SELECT i.${column} FROM identities AS i WHERE i.user_id = users.id AND i.email IS NOT NULL AND ${isAnother}
      ORDER BY i.last_used_at DESC, i.provider, i.subject LIMIT 1)`;

/** Part of a statement, named `u`: gives the player in `userId` another picture. */
export const PICTURED = (userId: string, picture: string) => `
  u AS (
    UPDATE users SET picture = ${picture} FROM ${CLOCK} WHERE users.id = ${userId} RETURNING users.*
  )`;

/** Part of a statement, named `u`: gives the players in `changed` its stars and levels. */
export const PROGRESSED = `
  u AS (
    UPDATE users SET stars = changed.stars, level = changed.level FROM changed
    WHERE users.id = changed.user_id
      AND (users.stars, users.level) IS DISTINCT FROM (changed.stars, changed.level)
  )`;

/** Part of a statement, named `u`: makes the player whose id is in `claimed.user_id`. */
export const ENROLLED = (values: Record<EnrolledColumn, string>) => `
  u AS (
    INSERT INTO users (id, ${ENROLLED_COLUMNS.join(", ")}, created_at, last_login)
    SELECT claimed.user_id, ${ENROLLED_COLUMNS.map((column) => values[column]).join(", ")}, clock.now, clock.now
    FROM claimed, ${CLOCK}
    RETURNING *
  )`;

const ENROLLED_COLUMNS = [
  "email",
  "email_verified",
  "name",
  "name_folded",
  "name_skeleton",
  "picture",
  "providers",
] as const;
type EnrolledColumn = (typeof ENROLLED_COLUMNS)[number];

/** An id for a player to be. */
export const NEXT_USER_ID = "nextval(pg_get_serial_sequence('users', 'id'))";

/**
 * Part of a statement, named `looked`: claims what the name of the player in `u` looks like, in order, so that two claims
 * never wait for each other. A look that is another player's, or kept for them, violates that it is somebody's.
 */
export const LOOKED = (written: string, small: string, capitals: string, keptSeconds: string) => `
  looked AS (
    INSERT INTO name_looks (look, user_id, name_folded)
    SELECT looks.look, u.id, u.name_folded
    FROM u, (SELECT DISTINCT unnest(ARRAY[${written}, ${small}, ${capitals}]::text[]) AS look ORDER BY look) AS looks
    ON CONFLICT (look) DO UPDATE SET
      user_id = CASE WHEN name_looks.user_id = EXCLUDED.user_id OR ${IS_FREE(keptSeconds)} THEN EXCLUDED.user_id END,
      name_folded = EXCLUDED.name_folded,
      given_up_at = NULL
  )`;

/** Whether a row of `name_looks` is of a name that was given up and is no longer kept. */
const IS_FREE = (keptSeconds: string) =>
  `name_looks.given_up_at IS NOT NULL AND (${keptSeconds}::float8 = 0
    OR name_looks.given_up_at <= (SELECT clock.now FROM ${CLOCK}) - ${seconds(keptSeconds)})`;

/**
 * A trigger keeps the looks of the name that is given up. A name from before the looks has none: `$11` are those.
 * Nobody waits where there is no cool-down, whatever the clocks of two servers say.
 */
const RENAMED = `
  WITH u AS (
    UPDATE users SET name = $3, name_folded = $4, name_skeleton = $5,
      renamed_at = CASE WHEN name_folded = $4 THEN renamed_at ELSE clock.now END
    FROM ${CLOCK}
    WHERE users.id = $2
      AND ($10::float8 = 0 OR name_folded = $4 OR renamed_at IS NULL OR renamed_at <= clock.now - ${seconds("$10")})
    RETURNING users.*
  ), ${LOOKED("$6", "$7", "$8", "$9")}, kept AS (
    INSERT INTO name_looks (look, user_id, given_up_at)
    SELECT look, u.id, clock.now FROM u, unnest($11::text[]) AS look, ${CLOCK}
    ORDER BY look
    ON CONFLICT DO NOTHING
  )`;

const RENAME = `${RENAMED}, ${RENAME_AUDITED("$12", "$13", "$14")} SELECT ${USER_COLUMNS} FROM u`;

const RENAME_BY_STUDIO = `${RENAMED} SELECT ${USER_COLUMNS} FROM u`;

/** The name of a player, and what it looks like, with what is kept of names before: whole rows as JSON. */
const NAME_STATE = `
  SELECT jsonb_build_object('name', u.name, 'name_folded', u.name_folded, 'name_skeleton', u.name_skeleton,
      'renamed_at', u.renamed_at) AS name,
    (SELECT coalesce(jsonb_agg(to_jsonb(l) ORDER BY l.look), '[]') FROM name_looks AS l WHERE l.user_id = u.id) AS looks
  FROM users AS u, ${CLOCK} WHERE u.id = $2`;

const RESTORE_NAME = `
  UPDATE users AS u SET name = kept.name, name_folded = kept.name_folded, name_skeleton = kept.name_skeleton,
    renamed_at = kept.renamed_at
  FROM ${CLOCK}, jsonb_to_record($3::jsonb) AS kept(name text, name_folded text, name_skeleton text, renamed_at timestamptz)
  WHERE u.id = $2 AND u.name = $4`;

/** After {@link RESTORE_NAME}, whose trigger has kept the looks of the name that goes: of that name nothing stays. */
const DROP_LOOKS = `
  DELETE FROM name_looks AS l USING ${CLOCK} WHERE l.user_id = $2 AND l.look = ANY($3)`;

const RESTORE_LOOKS = `
  INSERT INTO name_looks AS l
  SELECT kept.* FROM ${CLOCK}, jsonb_populate_recordset(NULL::name_looks, $2::jsonb) AS kept
  ORDER BY kept.look
  ON CONFLICT (look) DO UPDATE SET name_folded = excluded.name_folded, given_up_at = excluded.given_up_at
    WHERE l.user_id = excluded.user_id
  RETURNING l.look`;

const NEXT_NAME_CHANGE = `
  SELECT greatest(clock.now, renamed_at + ${seconds("$3")}) AS next_change_at FROM users, ${CLOCK} WHERE id = $2`;

const DELETE_FREE_LOOKS = `
  DELETE FROM name_looks WHERE look IN (
    SELECT look FROM name_looks, ${CLOCK} WHERE given_up_at <= clock.now - ${seconds("$2")}
    LIMIT $3 FOR UPDATE OF name_looks SKIP LOCKED)`;

/**
 * Nothing of a player who was given up stays but the id. What it writes can be nobody's name; the trigger frees the looks
 * of the old one, which have been kept since `merged_at`.
 */
const RELEASE_NAMES = `
  UPDATE users SET name = '', name_folded = ':' || id, name_skeleton = ':' || id, renamed_at = merged_at,
    email = NULL, email_verified = false, picture = NULL
  WHERE id IN (
    SELECT u.id FROM users AS u, ${CLOCK}
    WHERE u.merged_into IS NOT NULL AND u.merged_at < clock.now - ${seconds("$2")} AND u.name <> ''
    LIMIT $3 FOR UPDATE OF u SKIP LOCKED)`;

/** Whoever has refreshed lately plays on, though their last sign-in was long ago. */
const PURGE_GUESTS = `
  WITH gone AS (
    DELETE FROM users WHERE id IN (
      SELECT u.id
      FROM identities AS i JOIN users AS u ON u.id = i.user_id, ${CLOCK}
      WHERE i.provider = '${GUEST}' AND i.last_used_at < clock.now - ${seconds("$2")}
        AND u.providers = ARRAY['${GUEST}'] AND u.stars = 0 AND u.level = 1 AND ${isAllowed("u")}
        AND u.last_login < clock.now - ${seconds("$2")} AND u.deletes_at IS NULL
        AND NOT EXISTS (SELECT FROM player_progress AS p WHERE p.user_id = u.id)
        AND NOT EXISTS (
          SELECT FROM refresh_tokens AS s
          WHERE s.user_id = u.id AND s.revoked_at IS NULL AND s.rotated_at > clock.now - ${seconds("$2")})
      LIMIT $3 FOR UPDATE OF u SKIP LOCKED)
    RETURNING users.id, users.created_at
  ), ${FORGOTTEN("gone")}, ${AUDIT_EMPTIED("gone")}, ${OUTBOXED("gone", {
    type: typeLiteral("player.purged"),
    userId: "gone.id",
    name: "''",
    by: "'system'",
  })}
  SELECT FROM gone`;

const STANDING = `
  SELECT ${USER_COLUMNS}, ${isBanned("u")} AS is_banned, u.banned_at, u.banned_until, u.ban_reason, u.merged_into,
    u.deletes_at, u.name_folded
  FROM users AS u, ${CLOCK}`;

/** Locks in the order of the ids, so that two who lock the same players cannot deadlock. */
const LOCK = `${STANDING} WHERE u.id = ANY($2) ORDER BY u.id FOR NO KEY UPDATE OF u`;

const FIND = `${STANDING} WHERE u.id = $2`;

const FIND_SEVERAL = `${STANDING} WHERE u.id = ANY($2) ORDER BY u.id`;

const FIND_MERGED_INTO = `${STANDING} WHERE u.merged_into = $2 ORDER BY u.id`;

/** By the bytes, whatever the database's collation, which is also the order of the index. */
const FIND_BY_NAME = `${STANDING}
  WHERE u.name_folded COLLATE "C" >= $2 AND u.name_folded COLLATE "C" < ($2 || chr(1114111))
    AND ($3::text IS NULL OR u.name_folded COLLATE "C" > $3)
  ORDER BY u.name_folded COLLATE "C" LIMIT $4`;

/** Who has a name that looks so, or had one that is kept for them. */
const IDS_BY_LOOKS = `
  SELECT l.user_id AS id FROM name_looks AS l, ${CLOCK} WHERE l.look = ANY($2)
  UNION SELECT u.id FROM users AS u WHERE u.name_skeleton = $3`;

const BAN_STATE = `jsonb_build_object('banned_at', u.banned_at, 'banned_until', u.banned_until, 'ban_reason', u.ban_reason)`;

const banRecord = (json: string, alias: string) =>
  `jsonb_to_record(${json}::jsonb) AS ${alias}(banned_at timestamptz, banned_until timestamptz, ban_reason text)`;

const READ_BAN = `SELECT ${BAN_STATE} AS state FROM users AS u, ${CLOCK} WHERE u.id = $2`;

const BAN = `
  UPDATE users AS u SET banned_at = clock.now, banned_until = $3, ban_reason = $4 FROM ${CLOCK}
  WHERE u.id = $2 RETURNING ${BAN_STATE} AS state`;

const REPLACE_BAN = `
  UPDATE users AS u SET banned_at = kept.banned_at, banned_until = kept.banned_until, ban_reason = kept.ban_reason
  FROM ${CLOCK}, ${banRecord("$3", "was")}, ${banRecord("$4", "kept")}
  WHERE u.id = $2 AND (u.banned_at, u.banned_until, u.ban_reason)
    IS NOT DISTINCT FROM (was.banned_at, was.banned_until, was.ban_reason)`;

const SET_ROLES = `
  UPDATE users AS u SET roles = $4::text[] FROM ${CLOCK} WHERE u.id = $2 AND u.roles = $3::text[]`;

const IS_EMAIL_VERIFIED = `SELECT u.email_verified FROM users AS u, ${CLOCK} WHERE u.id = $2`;

/**
 * Locks, as {@link LOCK}, whom the ids mean now. A row that somebody else has just merged away is not there: asked again, the
 * player who was kept is.
 */
const LOCK_MEANT = `
  SELECT u.id, u.stars, u.level,
    ARRAY(SELECT a.id FROM users AS a WHERE a.id = ANY($2) AND coalesce(a.merged_into, a.id) = u.id) AS asked
  FROM users AS u, ${CLOCK}
  WHERE u.id IN (SELECT coalesce(a.merged_into, a.id) FROM users AS a WHERE a.id = ANY($2)) AND u.merged_into IS NULL
  ORDER BY u.id FOR NO KEY UPDATE OF u`;

/** The columns of {@link PublicProfileRow}, of a table or subquery `u`. */
export const PUBLIC_COLUMNS = "u.id, u.name, u.picture, u.stars, u.level";

const FIND_PUBLIC = `
  SELECT wanted.id AS asked_id, ${PUBLIC_COLUMNS}
  FROM ${CLOCK}, unnest($2::int[]) WITH ORDINALITY AS wanted (id, place)
    JOIN users AS a ON a.id = wanted.id JOIN users AS u ON u.id = coalesce(a.merged_into, a.id)
  WHERE ${isAllowed("u")} AND u.deletes_at IS NULL
  ORDER BY wanted.place`;

/** The index on the column and the id, read backwards from where the page before ended. */
const listTop = (by: TopColumn) => `
  SELECT ${PUBLIC_COLUMNS} FROM users AS u, ${CLOCK}
  WHERE (u.${by}, u.id) < ($3::int, $4::int) AND ${isAllowed("u")} AND u.merged_into IS NULL AND u.deletes_at IS NULL
  ORDER BY u.${by} DESC, u.id DESC LIMIT $2`;

const LIST_TOP = { stars: listTop("stars"), level: listTop("level") };

const GIVE_UP = `
  UPDATE users SET merged_into = $3, merged_at = CASE WHEN id = $2 THEN clock.now ELSE merged_at END
  FROM ${CLOCK} WHERE id = $2 OR merged_into = $2
  RETURNING id`;

const TAKE_BACK = `
  UPDATE users SET merged_into = CASE WHEN id = $2 THEN NULL ELSE $2::int END,
    merged_at = CASE WHEN id = $2 THEN NULL ELSE merged_at END
  FROM ${CLOCK} WHERE merged_into = $3 AND (id = $2 OR id = ANY($4))`;

/** An email that one of the identities tells stays; else it is that of the one used last. */
const SYNC_WITH_IDENTITIES = `
  WITH own AS (SELECT * FROM identities WHERE user_id = $2),
  told AS (SELECT email, email_verified FROM own WHERE email IS NOT NULL ORDER BY last_used_at DESC, provider, subject LIMIT 1)
  UPDATE users AS u
  SET providers = coalesce((SELECT array_agg(DISTINCT provider::text ORDER BY provider::text) FROM own), u.providers),
    email = CASE WHEN u.email IN (SELECT email FROM own) THEN u.email ELSE (SELECT email FROM told) END,
    email_verified = CASE WHEN u.email IN (SELECT email FROM own) THEN u.email_verified
      ELSE coalesce((SELECT email_verified FROM told), false) END
  FROM ${CLOCK} WHERE u.id = $2
  RETURNING ${USER_COLUMNS}`;

/** What everybody may know of a player. */
export type PublicProfileRow = Pick<UserRow, "id" | "name" | "picture" | "stars" | "level">;

/** What there is a top list of. */
export type TopColumn = "stars" | "level";

/** A place in a top list: so many of what it is about, and the player's id. */
export type TopPlace = { value: number; id: number };

/** Not before the last sign-in, which may have begun after this transaction did. */
const MARK_LEAVING = `
  UPDATE users AS u SET deleted_at = greatest(clock.now, u.last_login), deletes_at = clock.now + ${seconds("$3")}
  FROM ${CLOCK} WHERE u.id = $2 RETURNING u.deletes_at`;

const UNMARK_LEAVING = `
  UPDATE users AS u SET deleted_at = NULL, deletes_at = NULL FROM ${CLOCK} WHERE u.id = $2`;

/** Whether somebody has signed in since the player `u` left, at whatever release: their sessions were ended then. */
const CAME_BACK = `(u.last_login > u.deleted_at
  OR EXISTS (SELECT FROM refresh_tokens AS s WHERE s.user_id = u.id AND s.revoked_at IS NULL))`;

const LEAVERS_TO_SETTLE = `
  SELECT u.id FROM users AS u, ${CLOCK}
  WHERE u.deletes_at IS NOT NULL AND (u.deletes_at <= clock.now OR ${CAME_BACK})
  ORDER BY u.deletes_at LIMIT $2`;

/** With the players who were merged into them, in the order of the ids as {@link LOCK}. */
const LOCK_LEAVER = `
  SELECT u.id FROM users AS u, ${CLOCK} WHERE u.id = $2 OR u.merged_into = $2 ORDER BY u.id FOR UPDATE OF u`;

const LEAVER = `
  SELECT ${CAME_BACK} AS came_back, u.deletes_at <= clock.now AS is_due
  FROM users AS u, ${CLOCK} WHERE u.id = $2 AND u.deletes_at IS NOT NULL`;

/**
 * What it writes can be nobody's name. The ban keeps a sign-in out that has found the identity in the very moment in which
 * it went, at a server of the release before as well.
 */
const BURY = `
  UPDATE users AS u SET name = '', name_folded = ':' || u.id, name_skeleton = ':' || u.id, renamed_at = NULL, email = NULL,
    email_verified = false, picture = NULL, stars = 0, level = 1, providers = '{}', last_login = u.created_at,
    terms_version = NULL, terms_accepted_at = NULL, age_band = NULL, guardian_consent_at = NULL, guardian = NULL,
    banned_at = coalesce(u.banned_at, clock.now), banned_until = NULL, ban_reason = NULL, roles = DEFAULT, deleted_at = NULL, deletes_at = NULL, purged_at = clock.now
  FROM ${CLOCK} WHERE u.id = ANY($2)`;

const DELETE_LOOKS = `DELETE FROM name_looks AS l USING ${CLOCK} WHERE l.user_id = ANY($2)`;

const MORE_OF = `
  SELECT u.email_verified, u.renamed_at, u.terms_accepted_at, u.guardian,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'name', m.name) ORDER BY m.id), '[]')
      FROM users AS m WHERE m.merged_into = u.id) AS merged_players
  FROM users AS u, ${CLOCK} WHERE u.id = $2`;

const ACCEPT_TERMS = `
  UPDATE users AS u SET terms_version = $3, terms_accepted_at = clock.now FROM ${CLOCK}
  WHERE u.id = $2 RETURNING ${USER_COLUMNS}`;

const SET_AGE_BAND = `
  UPDATE users AS u SET age_band = $3 FROM ${CLOCK}
  WHERE u.id = $2 AND ($4 OR u.age_band IS NULL OR u.age_band = $3) RETURNING ${USER_COLUMNS}`;

const SET_GUARDIAN = `
  UPDATE users AS u SET guardian = $3::text, guardian_consent_at = CASE WHEN $3::text IS NULL THEN NULL ELSE clock.now END
  FROM ${CLOCK} WHERE u.id = $2 RETURNING ${USER_COLUMNS}`;

/** What is known of a player beside {@link UserRow}, for their own eyes. */
export type MoreOfUser = {
  email_verified: boolean;
  renamed_at: Date | null;
  terms_accepted_at: Date | null;
  guardian: string | null;
  /** Who was merged into them; a name is empty once it is free. */
  merged_players: { id: number; name: string }[];
};

/** Beyond the limit what the last ANALYZE has seen, which is cheap whatever the size. */
const COUNT = `
  SELECT counted.count, greatest(counted.count, c.reltuples::int) AS estimate
  FROM (SELECT count(*)::int AS count FROM (SELECT FROM users LIMIT $2) AS o) AS counted,
    pg_class AS c, ${CLOCK} WHERE c.oid = 'users'::regclass`;

/** A player, whether somebody may sign in as them, and until when they may come back where they have left. */
export type LockedUser = UserRow & {
  is_banned: boolean;
  /** Of a ban, one that has run out as well. */
  banned_at: Date | null;
  banned_until: Date | null;
  ban_reason: string | null;
  merged_into: number | null;
  deletes_at: Date | null;
  /** What the name is found by. */
  name_folded: string;
};

/** The ban of a player who is banned. */
export function banOf({ ban_reason, banned_until }: LockedUser): Ban {
  return { reason: ban_reason, until: banned_until };
}

/** The name of a player with what is kept of names before, as {@link UserStore.restoreName} takes it. */
export type NameState = {
  name: { name: string; name_folded: string; name_skeleton: string; renamed_at: string | null };
  looks: Record<string, unknown>[];
};

/** A ban as it stands in its columns. */
export type BanState = {
  banned_at: string | null;
  banned_until: string | null;
  ban_reason: string | null;
};

export const NO_BAN: BanState = { banned_at: null, banned_until: null, ban_reason: null };

export type UserStore = ReturnType<typeof createUserStore>;

/** Every statement on `users` and `name_looks` alone; others are parts of the statements of the identity and the picture store. */
export function createUserStore(run: RunStatement, { changeCooldownSeconds, keptSeconds }: NamesConfig) {
  const renaming = (
    player: Pick<UserRow, "id" | "name">,
    { name, folded, skeleton, looks: claimed }: Username,
    cooldownSeconds: number,
  ) => {
    const givenUp = looks(player.name).filter((look) => !claimed.includes(look));
    return [player.id, name, folded, skeleton, ...claimed, keptSeconds, cooldownSeconds, givenUp];
  };
  return {
    /**
     * Null when the player is gone, or has to wait until {@link nextNameChange}.
     * @param player with the name that is given up, as far as is known
     * @param event its id among what was done, a UUIDv7, and the request
     * @throws what {@link isNameTaken} is about
     */
    async rename(
      player: Pick<UserRow, "id" | "name">,
      username: Username,
      event: { id: string; requestId: string },
    ): Promise<UserRow | null> {
      const values = [
        ...renaming(player, username, changeCooldownSeconds),
        event.id,
        player.name,
        event.requestId,
      ];
      const { rows } = await run<UserRow>("rename", RENAME, values, String(player.id));
      return rows[0] ?? null;
    },

    /** The same by one of the studio's people, for whom nobody waits; what is noted of it is theirs to note. */
    async renameByStudio(player: Pick<UserRow, "id" | "name">, username: Username): Promise<UserRow | null> {
      const { rows } = await run<UserRow>(
        "rename_by_studio",
        RENAME_BY_STUDIO,
        renaming(player, username, 0),
      );
      return rows[0] ?? null;
    },

    async nameState(userId: number): Promise<NameState | null> {
      return (await run<NameState>("name_state", NAME_STATE, [userId])).rows[0] ?? null;
    },

    /**
     * Takes a name from a player, and gives them that of before back.
     * @param taken the name that goes: of it nothing is kept
     * @returns false when the player has another one by now, or one of the looks is somebody else's
     * @throws what {@link isNameTaken} is about
     */
    async restoreName(userId: number, taken: NameState, { name, looks }: NameState): Promise<boolean> {
      const values = [userId, JSON.stringify(name), taken.name.name];
      if ((await run("restore_name", RESTORE_NAME, values)).rowCount === 0) return false;
      await run("drop_looks", DROP_LOOKS, [userId, taken.looks.map(({ look }) => look)]);
      const restored = await run("restore_looks", RESTORE_LOOKS, [JSON.stringify(looks)]);
      return restored.rowCount === looks.length;
    },

    /** When a player may change the name again; null when the player is gone. */
    async nextNameChange(userId: number): Promise<Date | null> {
      const values = [userId, changeCooldownSeconds];
      const { rows } = await run<{ next_change_at: Date }>("next_name_change", NEXT_NAME_CHANGE, values);
      return rows[0]?.next_change_at ?? null;
    },

    /** Players by id, locked until the transaction ends; who is gone is missing. */
    async lock(...ids: number[]): Promise<Map<number, LockedUser>> {
      const { rows } = await run<LockedUser>("lock_users", LOCK, [ids]);
      return new Map(rows.map((row) => [row.id, row]));
    },

    async find(id: number): Promise<LockedUser | null> {
      return (await run<LockedUser>("find_user", FIND, [id])).rows[0] ?? null;
    },

    /** How many players there are; an estimate beyond so many. */
    async count(limit: number): Promise<{ count: number; isEstimate: boolean }> {
      const { rows } = await run<{ count: number; estimate: number }>("count_users", COUNT, [limit]);
      const { count, estimate } = rows[0] as { count: number; estimate: number };
      const isEstimate = count === limit;
      return { count: isEstimate ? estimate : count, isEstimate };
    },

    /** In the order of the ids; who is gone is missing. */
    async findSeveral(ids: number[]): Promise<LockedUser[]> {
      return (await run<LockedUser>("find_users", FIND_SEVERAL, [ids])).rows;
    },

    /** Whoever was given up for a player. */
    async findMergedInto(id: number): Promise<LockedUser[]> {
      return (await run<LockedUser>("find_merged_users", FIND_MERGED_INTO, [id])).rows;
    },

    /**
     * Players whose name begins so, in the order of the folded names.
     * @param folded the beginning, folded. @param after a folded name: those behind it
     */
    async findByName(folded: string, after: string | null, limit: number): Promise<LockedUser[]> {
      return (await run<LockedUser>("find_users_by_name", FIND_BY_NAME, [folded, after, limit])).rows;
    },

    /** Whoever has a name that looks like this one, or had one that is kept for them. */
    async findAlike({ looks, skeleton }: Pick<Username, "looks" | "skeleton">): Promise<number[]> {
      const { rows } = await run<{ id: number }>("find_users_alike", IDS_BY_LOOKS, [looks, skeleton]);
      return rows.map(({ id }) => id);
    },

    async readBan(id: number): Promise<BanState> {
      const { rows } = await run<{ state: BanState }>("read_ban", READ_BAN, [id]);
      return rows[0]?.state ?? NO_BAN;
    },

    /** Bans a player, or changes their ban. @returns the ban as it stands then */
    async ban(id: number, { until, reason }: Ban): Promise<BanState> {
      const { rows } = await run<{ state: BanState }>("ban", BAN, [id, until, reason]);
      return rows[0]?.state ?? NO_BAN;
    },

    /** @returns false when it is not as it `was` */
    async replaceBan(id: number, was: BanState, ban: BanState): Promise<boolean> {
      const values = [id, JSON.stringify(was), JSON.stringify(ban)];
      return (await run("replace_ban", REPLACE_BAN, values)).rowCount > 0;
    },

    /** @returns false when they are not as they were */
    async setRoles(id: number, were: string[], roles: string[]): Promise<boolean> {
      return (await run("set_roles", SET_ROLES, [id, were, roles])).rowCount > 0;
    },

    /** Whether an identity vouches for the player's email. */
    async isEmailVerified(id: number): Promise<boolean> {
      const { rows } = await run<{ email_verified: boolean }>("is_email_verified", IS_EMAIL_VERIFIED, [id]);
      return rows[0]?.email_verified === true;
    },

    async moreOf(id: number): Promise<MoreOfUser | null> {
      return (await run<MoreOfUser>("more_of_user", MORE_OF, [id])).rows[0] ?? null;
    },

    /** Lets a player leave, so many seconds from now. @returns when that will be */
    async markLeaving(id: number, graceSeconds: number): Promise<Date> {
      const { rows } = await run<{ deletes_at: Date }>("mark_leaving", MARK_LEAVING, [id, graceSeconds]);
      return (rows[0] as { deletes_at: Date }).deletes_at;
    },

    /** Takes {@link markLeaving} back. */
    async unmarkLeaving(id: number): Promise<void> {
      await run("unmark_leaving", UNMARK_LEAVING, [id]);
    },

    /** Up to so many players whose time to come back is over, or who have come back where nobody noticed. */
    async leaversToSettle(limit: number): Promise<number[]> {
      const { rows } = await run<{ id: number }>("leavers_to_settle", LEAVERS_TO_SETTLE, [limit]);
      return rows.map(({ id }) => id);
    },

    /**
     * A player who has left, locked with those who were merged into them until the transaction ends.
     * @returns the ids of all; null when the player has not left
     */
    async lockLeaver(id: number): Promise<{ ids: number[]; cameBack: boolean; isDue: boolean } | null> {
      const { rows: locked } = await run<{ id: number }>("lock_leaver", LOCK_LEAVER, [id]);
      const { rows } = await run<{ came_back: boolean; is_due: boolean }>("leaver", LEAVER, [id]);
      const [leaver] = rows;
      return leaver
        ? { ids: locked.map((row) => row.id), cameBack: leaver.came_back, isDue: leaver.is_due }
        : null;
    },

    /** Makes players tombstones: of each the id stays, which other tables may name, and nothing personal. */
    async bury(ids: number[]): Promise<void> {
      await run("bury_users", BURY, [ids]);
      // Last: a trigger keeps what the name looked like.
      await run("delete_looks", DELETE_LOOKS, [ids]);
    },

    /** @returns null when the player is gone */
    async acceptTerms(id: number, version: string): Promise<UserRow | null> {
      return (await run<UserRow>("accept_terms", ACCEPT_TERMS, [id, version])).rows[0] ?? null;
    },

    /** @param mayChange whether one that was said before may be another now. @returns null when it stays as it was */
    async setAgeBand(id: number, ageBand: AgeBand, mayChange: boolean): Promise<UserRow | null> {
      return (await run<UserRow>("set_age_band", SET_AGE_BAND, [id, ageBand, mayChange])).rows[0] ?? null;
    },

    /** @param guardian who consents; null for a consent that is withdrawn. @returns null when the player is gone */
    async setGuardian(id: number, guardian: string | null): Promise<UserRow | null> {
      return (await run<UserRow>("set_guardian", SET_GUARDIAN, [id, guardian])).rows[0] ?? null;
    },

    /**
     * Players by id, locked until the transaction ends: for the id of one who was given up, whoever was kept.
     * @returns by the ids that were asked for; who is gone is missing, and so is who is merged away in this moment
     */
    async lockMeant(ids: number[]): Promise<Map<number, Pick<UserRow, "id" | "stars" | "level">>> {
      type Row = Pick<UserRow, "id" | "stars" | "level"> & { asked: number[] };
      const { rows } = await run<Row>("lock_meant_users", LOCK_MEANT, [ids]);
      return new Map(rows.flatMap(({ asked, ...player }) => asked.map((id) => [id, player] as const)));
    },

    /** What everybody may know of players, in the order of the ids; who is gone or banned is missing. */
    async findPublic(ids: number[]): Promise<(PublicProfileRow & { asked_id: number })[]> {
      const { rows } = await run<PublicProfileRow & { asked_id: number }>("find_public", FIND_PUBLIC, [ids]);
      return rows;
    },

    /**
     * The players who have most of something, the most first; of equals the newest.
     * @param after who ended the page before
     */
    async listTop(by: TopColumn, limit: number, after: TopPlace): Promise<PublicProfileRow[]> {
      const values = [limit, after.value, after.id];
      return (await run<PublicProfileRow>(`list_top_${by}`, LIST_TOP[by], values)).rows;
    },

    /**
     * Gives a player up for another one, and with them whoever was given up for them.
     * @returns the ids of those
     */
    async giveUp(id: number, keptId: number): Promise<number[]> {
      const { rows } = await run<{ id: number }>("give_up_user", GIVE_UP, [id, keptId]);
      return rows.map((row) => row.id).filter((other) => other !== id);
    },

    /** Takes {@link giveUp} back. @param earlier the ids that it returned */
    async takeBack(id: number, keptId: number, earlier: number[]): Promise<void> {
      await run("take_back_user", TAKE_BACK, [id, keptId, earlier]);
    },

    /** Brings what a player's row says of their identities in step with them. @returns the player as they are then */
    async syncWithIdentities(id: number): Promise<UserRow | null> {
      return (await run<UserRow>("sync_with_identities", SYNC_WITH_IDENTITIES, [id])).rows[0] ?? null;
    },

    /**
     * Frees the names of up to so many players who were given up, once they are kept no longer and the merge can no
     * longer be taken back.
     * @returns how many
     */
    async releaseNames(undoSeconds: number, limit: number): Promise<number> {
      const values = [Math.max(keptSeconds, undoSeconds), limit];
      return (await run("release_names", RELEASE_NAMES, values)).rowCount;
    },

    /** Deletes up to so many looks of names that nobody has and that are kept for nobody. @returns how many */
    async deleteFreeLooks(limit: number): Promise<number> {
      return (await run("delete_free_looks", DELETE_FREE_LOOKS, [keptSeconds, limit])).rowCount;
    },

    /**
     * Deletes up to so many guests who have no progress and no other way in, and have not been here for so long.
     * @returns how many
     */
    async purgeGuests(idleSeconds: number, limit: number): Promise<number> {
      return (await run("purge_guests", PURGE_GUESTS, [idleSeconds, limit])).rowCount;
    },
  };
}

const NAME_INDEXES = ["users_name_folded_key", "users_name_skeleton_key", "name_looks_pkey"];

/** Whether an insert or update lost a name to somebody else, who has it or for whom it is kept. */
export function isNameTaken(error: unknown): boolean {
  return (
    NAME_INDEXES.includes(uniqueViolation(error) ?? "") || notNullViolation(error) === "name_looks.user_id"
  );
}
