import type { Pool, QueryResultRow } from "pg";
import type { Clock } from "../clock";
import type { SecurityConfig } from "../config/config";
import type { GoogleIdentity } from "../identity/claims";
import type { Username } from "../users/username";

/** The columns of `users` that clients see. */
export type UserRow = {
  id: number;
  name: string;
  email: string;
  picture: string | null;
  stars: number;
  level: number;
  created_at: Date;
  last_login: Date;
};

export type NewSession = { sessionId: string; device: string | null; ip: string };
export type NewPlayer = GoogleIdentity & Username & { picture: string | null };
export type RotationAttempt = { sessionId: string; generation: number; ip: string };

/** Why a rotation did not happen, told by the session's row. */
export type RotationFailure =
  | { outcome: "repeated"; generation: number; user: UserRow }
  | { outcome: "replayed"; userId: number }
  | { outcome: "dead" };

export type SessionStatements = ReturnType<typeof createSessionStatements>;

const USER = "u.id, u.name, u.email, u.picture, u.stars, u.level, u.created_at, u.last_login";
const NOW = "(SELECT coalesce($1::timestamptz, now()) AS now) AS clock";
const SECONDS = (parameter: string) => `make_interval(secs => ${parameter}::float8)`;

/**
 * A token ahead of its row is one of ours as well: the database has lost commits since (a restored backup, a
 * failover). It takes the row with it, and whatever is behind it stays a replay.
 */
export const ROTATE = `
  UPDATE refresh_tokens AS s SET generation = $3 + 1, rotated_at = clock.now, ip = $4
  FROM users AS u, ${NOW}
  WHERE s.id = $2 AND s.generation <= $3 AND s.revoked_at IS NULL
    AND s.rotated_at > clock.now - ${SECONDS("$5")} AND s.created_at > clock.now - ${SECONDS("$6")}
    AND u.id = s.user_id AND u.banned_at IS NULL
  RETURNING s.generation, ${USER}`;

const EXPLAIN_FAILURE = `
  WITH seen AS (
    SELECT s.id AS session_id, s.user_id, s.generation,
      s.rotated_at > clock.now - ${SECONDS("$7")} AS in_grace,
      s.revoked_at IS NULL AND u.banned_at IS NULL AND s.rotated_at > clock.now - ${SECONDS("$5")}
        AND s.created_at > clock.now - ${SECONDS("$6")} AS alive
    FROM refresh_tokens AS s JOIN users AS u ON u.id = s.user_id, ${NOW}
    WHERE s.id = $2
  ), revoked AS (
    UPDATE refresh_tokens AS s SET revoked_at = clock.now, ip = $4
    FROM ${NOW}
    WHERE s.id = $2 AND s.revoked_at IS NULL
      AND (s.generation > $3 + 1 OR (s.generation = $3 + 1 AND s.rotated_at <= clock.now - ${SECONDS("$7")}))
    RETURNING s.id
  )
  SELECT seen.generation, seen.generation = $3 + 1 AND seen.in_grace AND seen.alive AS repeated,
    EXISTS (SELECT FROM revoked) AS replayed, ${USER}
  FROM seen JOIN users AS u ON u.id = seen.user_id`;

export const FIND = `
  SELECT ${USER}
  FROM refresh_tokens AS s JOIN users AS u ON u.id = s.user_id, ${NOW}
  WHERE s.id = $2 AND s.user_id = $3 AND s.revoked_at IS NULL AND u.banned_at IS NULL
    AND s.created_at > clock.now - ${SECONDS("$4")}`;

const OPEN_SESSION = `
  opened AS (
    INSERT INTO refresh_tokens (id, user_id, device, ip, created_at, rotated_at)
    SELECT $2, u.id, $3, $4, clock.now, clock.now FROM u, ${NOW}
  )
  SELECT ${USER} FROM u`;

export const SIGN_IN = `
  WITH u AS (
    UPDATE users SET last_login = clock.now, email = $6, email_verified = $7
    FROM ${NOW}
    WHERE google_id = $5 AND banned_at IS NULL
    RETURNING users.*
  ), ${OPEN_SESSION}`;

export const ENROLL = `
  WITH u AS (
    INSERT INTO users
      (google_id, email, email_verified, name, name_folded, name_skeleton, picture, created_at, last_login)
    SELECT $5, $6, $7, $8, $9, $10, $11, clock.now, clock.now FROM ${NOW}
    ON CONFLICT (google_id) DO NOTHING
    RETURNING *
  ), ${OPEN_SESSION}`;

/** Locks in the order of the ids, so that the evictions of parallel sign-ins cannot deadlock. */
export const EVICT = `
  UPDATE refresh_tokens AS s SET revoked_at = clock.now
  FROM ${NOW}
  WHERE s.revoked_at IS NULL AND s.id IN (
    SELECT id FROM refresh_tokens WHERE id IN (
      SELECT id FROM refresh_tokens WHERE user_id = $2 AND revoked_at IS NULL
      ORDER BY rotated_at DESC, id DESC OFFSET $3
    )
    ORDER BY id FOR NO KEY UPDATE
  )
  RETURNING s.id`;

/** The statements on the hot path, prepared once for every connection. Each is one transaction. */
export function createSessionStatements(pool: Pool, clock: Clock, policy: SecurityConfig) {
  const { refreshTokenExpirySeconds: idle, sessionMaxSeconds: cap, refreshReuseGraceSeconds: grace } = policy;
  const one = async <T extends QueryResultRow>(name: string, text: string, values: unknown[]) => {
    const { rows } = await pool.query<T>({ name, text, values: [clock.databaseNow(), ...values] });
    return rows[0] ?? null;
  };
  const identity = (who: GoogleIdentity) => [who.sub, who.email, who.emailVerified];
  const session = ({ sessionId, device, ip }: NewSession) => [sessionId, device, ip];

  return {
    /** One step of the rotation, if this is the current generation of a living session. */
    rotate: ({ sessionId, generation, ip }: RotationAttempt) =>
      one<UserRow & { generation: number }>("rotate", ROTATE, [sessionId, generation, ip, idle, cap]),

    /** After {@link rotate} did nothing: says why, and revokes the session when the token was replayed. */
    async explainFailure({ sessionId, generation, ip }: RotationAttempt): Promise<RotationFailure> {
      const row = await one<UserRow & { generation: number; repeated: boolean; replayed: boolean }>(
        "explain_failure",
        EXPLAIN_FAILURE,
        [sessionId, generation, ip, idle, cap, grace],
      );
      if (row?.replayed) return { outcome: "replayed", userId: row.id };
      if (row?.repeated) return { outcome: "repeated", generation: row.generation, user: row };
      return { outcome: "dead" };
    },

    /** The user of a session that may still be used. */
    find: (sessionId: string, userId: number) => one<UserRow>("find_session", FIND, [sessionId, userId, cap]),

    /** Opens a session for a player who was here before; null for an unknown or banned one. */
    signIn: (who: GoogleIdentity, opening: NewSession) =>
      one<UserRow>("sign_in", SIGN_IN, [...session(opening), ...identity(who)]),

    /**
     * Creates a player with a first session; null when the Google account already has one.
     * @throws a unique violation when the name is taken
     */
    enroll: (player: NewPlayer, opening: NewSession) =>
      one<UserRow>("enroll", ENROLL, [
        ...session(opening),
        ...identity(player),
        player.name,
        player.folded,
        player.skeleton,
        player.picture,
      ]),

    /** Revokes the idlest sessions of a player beyond the limit. */
    async evictIdlest(userId: number): Promise<void> {
      await one("evict_idlest", EVICT, [userId, policy.maxSessionsPerUser]);
    },
  };
}
