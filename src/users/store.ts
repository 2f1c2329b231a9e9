import { uniqueViolation } from "../db/errors";
import { CLOCK, type RunStatement, seconds } from "../db/statements";
import { GUEST, type User, userModel } from "./model";
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

/** Part of a statement, named `u`: notes a sign-in of the player in `known.user_id`; nobody when banned. */
export const SIGNED_IN = (email: string, emailVerified: string) => `
  u AS (
    UPDATE users SET last_login = clock.now, email = ${email}, email_verified = ${emailVerified}
    FROM known, ${CLOCK}
    WHERE users.id = known.user_id AND banned_at IS NULL
    RETURNING users.*
  )`;

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

/** Part of a statement, named `looked`: claims what the name of the player in `u` looks like. */
export const LOOKED = (written: string, small: string, capitals: string) => `
  looked AS (
    INSERT INTO name_looks (look, user_id)
    SELECT looks.look, u.id
    FROM u, (SELECT DISTINCT unnest(ARRAY[${written}, ${small}, ${capitals}]::text[]) AS look ORDER BY look) AS looks
  )`;

const RENAME = `
  WITH u AS (
    UPDATE users SET name = $3, name_folded = $4, name_skeleton = $5
    FROM ${CLOCK} WHERE users.id = $2
    RETURNING users.*
  ), ${LOOKED("$6", "$7", "$8")}
  SELECT ${USER_COLUMNS} FROM u`;

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

export type UserStore = ReturnType<typeof createUserStore>;

/** Every statement on `users` and `name_looks` alone; others are parts of the statements of the identity and the picture store. */
export function createUserStore(run: RunStatement) {
  return {
    /**
     * Null when the player is gone.
     * @throws a unique violation, see {@link isNameTaken}
     */
    async rename(userId: number, { name, folded, skeleton, looks }: Username): Promise<UserRow | null> {
      const values = [userId, name, folded, skeleton, ...looks];
      const { rows } = await run<UserRow>("rename", RENAME, values, String(userId));
      return rows[0] ?? null;
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

/** Whether an insert or update lost a name to somebody else. */
export function isNameTaken(error: unknown): boolean {
  return NAME_INDEXES.includes(uniqueViolation(error) ?? "");
}
