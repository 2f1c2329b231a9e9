import { RENAME_AUDITED } from "../audit/store";
import type { NamesConfig } from "../config/config";
import { notNullViolation, uniqueViolation } from "../db/errors";
import { CLOCK, type RunStatement, seconds } from "../db/statements";
import { GUEST, type User, userModel } from "./model";
import { looks } from "./skeleton";
import type { Username } from "./username";

/** What clients see of a player, as the columns of `users` have it. */
export type UserRow = Omit<User, "email" | "guest" | "providers" | "created_at" | "last_login"> & {
  email: string | null;
  /** Separated by commas. */
  providers: string;
  created_at: Date;
  last_login: Date;
};

const { guest: _, ...COLUMNS } = userModel.properties;

/** The columns of {@link UserRow}, of a table or subquery `u`. An array would be slower to read than a text. */
export const USER_COLUMNS = Object.keys(COLUMNS)
  .map((column) =>
    column === "providers" ? "array_to_string(u.providers, ',') AS providers" : `u.${column}`,
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
    WHERE users.id = known.user_id AND banned_at IS NULL AND merged_into IS NULL
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
const RENAME = `
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
  ), ${RENAME_AUDITED("$12", "$13", "$14")}
  SELECT ${USER_COLUMNS} FROM u`;

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
  DELETE FROM users WHERE id IN (
    SELECT u.id
    FROM identities AS i JOIN users AS u ON u.id = i.user_id, ${CLOCK}
    WHERE i.provider = '${GUEST}' AND i.last_used_at < clock.now - ${seconds("$2")}
      AND u.providers = ARRAY['${GUEST}'] AND u.stars = 0 AND u.level = 1 AND u.banned_at IS NULL
      AND u.last_login < clock.now - ${seconds("$2")}
      AND NOT EXISTS (
        SELECT FROM refresh_tokens AS s
        WHERE s.user_id = u.id AND s.revoked_at IS NULL AND s.rotated_at > clock.now - ${seconds("$2")})
    LIMIT $3 FOR UPDATE OF u SKIP LOCKED)`;

/** Locks in the order of the ids, so that two who lock the same players cannot deadlock. */
const LOCK = `
  SELECT ${USER_COLUMNS}, u.banned_at IS NOT NULL AS is_banned, u.merged_into
  FROM users AS u, ${CLOCK} WHERE u.id = ANY($2) ORDER BY u.id FOR NO KEY UPDATE OF u`;

const FIND = `
  SELECT ${USER_COLUMNS}, u.banned_at IS NOT NULL AS is_banned, u.merged_into
  FROM users AS u, ${CLOCK} WHERE u.id = $2`;

const IS_EMAIL_VERIFIED = `SELECT u.email_verified FROM users AS u, ${CLOCK} WHERE u.id = $2`;

const SET_PROGRESS = `UPDATE users SET stars = $3, level = $4 FROM ${CLOCK} WHERE id = $2`;

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

/** A player, and whether somebody may sign in as them. */
export type LockedUser = UserRow & { is_banned: boolean; merged_into: number | null };

export type UserStore = ReturnType<typeof createUserStore>;

/** Every statement on `users` and `name_looks` alone; others are parts of the statements of the identity and the picture store. */
export function createUserStore(run: RunStatement, { changeCooldownSeconds, keptSeconds }: NamesConfig) {
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
      const { name, folded, skeleton, looks: claimed } = username;
      const givenUp = looks(player.name).filter((look) => !claimed.includes(look));
      const values = [
        player.id,
        name,
        folded,
        skeleton,
        ...claimed,
        keptSeconds,
        changeCooldownSeconds,
        givenUp,
        event.id,
        player.name,
        event.requestId,
      ];
      const { rows } = await run<UserRow>("rename", RENAME, values, String(player.id));
      return rows[0] ?? null;
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

    /** Whether an identity vouches for the player's email. */
    async isEmailVerified(id: number): Promise<boolean> {
      const { rows } = await run<{ email_verified: boolean }>("is_email_verified", IS_EMAIL_VERIFIED, [id]);
      return rows[0]?.email_verified === true;
    },

    async setProgress(id: number, { stars, level }: Pick<UserRow, "stars" | "level">): Promise<void> {
      await run("set_progress", SET_PROGRESS, [id, stars, level]);
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
