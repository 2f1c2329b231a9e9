import { isAllowed } from "../bans/banned";
import type { SecurityConfig } from "../config/config";
import { GAME_CLIENT_ID } from "../config/oauth";
import type { Database } from "../db/database";
import { CLOCK, databaseTime, type RunStatement, seconds } from "../db/statements";
import { USER_COLUMNS, type UserRow } from "../users/store";
import type { SessionTraits } from "./access-token";
import type { Issued } from "./token-response";
import { uuidv7Floor } from "./uuidv7";

export type NewSession = { sessionId: string; device: string | null; ip: string } & SessionTraits;

export type RotationAttempt = {
  sessionId: string;
  generation: number;
  ip: string;
  /** Thumbprint of the key that has proven itself, or null. A session that is bound to none takes any. */
  jkt: string | null;
  /** Ids of those whose token it may be; a session of the game's own endpoints is that of {@link GAME_CLIENT_ID}. */
  clients: readonly string[];
};

/** A signed-in device of a player. */
export type SessionRow = {
  id: string;
  device: string | null;
  ip: string | null;
  createdAt: Date;
  rotatedAt: Date;
};

/** Why a rotation did not happen. */
export type RotationFailure =
  /** `rotatedFrom`: the address that the rotation came from. */
  | ({ outcome: "repeated"; rotatedFrom: string } & Rotated)
  /** A token of a bound session that its own key has sent, of whatever age. */
  | ({ outcome: "earlier" } & Rotated)
  /** A token of a bound session that came without its key. */
  | { outcome: "unproven"; userId: number }
  | { outcome: "replayed"; userId: number }
  /** The token is the session's current one: its player became another one while the rotation waited for the row. */
  | { outcome: "moved" }
  | { outcome: "dead" };

/** Where a session is in its rotation, and whose it is. */
export type Rotated = { generation: number; user: UserRow } & SessionTraits;

type Generation = {
  session_generation: number;
  session_client_id: string | null;
  session_scope: string | null;
  session_jkt: string | null;
};

/** The columns of {@link Generation}, of a table or subquery. */
const generationOf = (s: string) =>
  `${s}.generation AS session_generation, ${s}.client_id AS session_client_id, ${s}.scope AS session_scope, ${s}.jkt AS session_jkt`;

const isOf = (clients: string) => `coalesce(s.client_id, '${GAME_CLIENT_ID}') = ANY(${clients}::text[])`;

/**
 * A token ahead of its row is one of ours as well: the database has lost commits since (a restored backup, a
 * failover). It takes the row with it, and whatever is behind it stays a replay.
 */
const ROTATE = `
  UPDATE refresh_tokens AS s SET generation = $3 + 1, rotated_at = clock.now, ip = $4
  FROM users AS u, ${CLOCK}
  WHERE s.id = $2 AND s.generation <= $3 AND s.revoked_at IS NULL AND (s.jkt IS NULL OR s.jkt = $7)
    AND s.rotated_at > clock.now - ${seconds("$5")} AND s.created_at > clock.now - ${seconds("$6")}
    AND u.id = s.user_id AND ${isAllowed("u")} AND ${isOf("$8")}
  RETURNING s.id AS rotated, ${generationOf("s")}, ${USER_COLUMNS}`;

/**
 * Of a bound session a token alone proves nothing: neither that its player sent it, nor that somebody has stolen it. Its
 * key uses it with a token of any age.
 */
const REVOKE_IF_REPLAYED = `
  WITH seen AS (
    SELECT s.id AS session_id, s.user_id, s.generation, s.client_id, s.scope, s.ip, s.jkt,
      s.rotated_at > clock.now - ${seconds("$7")} AS in_grace,
      s.revoked_at IS NULL AND ${isAllowed("u")} AND s.rotated_at > clock.now - ${seconds("$5")}
        AND s.created_at > clock.now - ${seconds("$6")} AND ${isOf("$9")} AS alive
    FROM refresh_tokens AS s JOIN users AS u ON u.id = s.user_id, ${CLOCK}
    WHERE s.id = $2
  ), revoked AS (
    UPDATE refresh_tokens AS s SET revoked_at = clock.now, ip = $4
    FROM ${CLOCK}
    WHERE s.id = $2 AND s.revoked_at IS NULL AND s.jkt IS NULL
      AND (s.generation > $3 + 1 OR (s.generation = $3 + 1 AND s.rotated_at <= clock.now - ${seconds("$7")}))
    RETURNING s.id
  ), used AS (
    UPDATE refresh_tokens AS s SET rotated_at = clock.now, ip = $4
    FROM seen, ${CLOCK} WHERE s.id = seen.session_id AND seen.alive AND s.jkt = $8 AND s.revoked_at IS NULL
  )
  SELECT ${generationOf("seen")}, seen.ip AS rotated_from, seen.alive,
    seen.generation = $3 + 1 AND seen.in_grace AND seen.alive AS repeated,
    EXISTS (SELECT FROM revoked) AS replayed, ${USER_COLUMNS}
  FROM seen JOIN users AS u ON u.id = seen.user_id`;

const FIND = `
  SELECT ${USER_COLUMNS}
  FROM refresh_tokens AS s JOIN users AS u ON u.id = s.user_id, ${CLOCK}
  WHERE s.id = $2 AND s.user_id = $3 AND s.revoked_at IS NULL AND ${isAllowed("u")}
    AND s.created_at > clock.now - ${seconds("$4")}`;

const FIND_ALIVE = `
  SELECT s.jkt FROM refresh_tokens AS s JOIN users AS u ON u.id = s.user_id, ${CLOCK}
  WHERE s.id = $2 AND s.revoked_at IS NULL AND ${isAllowed("u")}
    AND s.rotated_at > clock.now - ${seconds("$3")} AND s.created_at > clock.now - ${seconds("$4")}`;

/** How many sessions the player in `u.id` had open before the statement. */
export const OPEN_BEFORE =
  "(SELECT count(*)::int FROM refresh_tokens AS s WHERE s.user_id = u.id AND s.revoked_at IS NULL)";

/** Locks in the order of the ids, so that the evictions of parallel sign-ins cannot deadlock. */
const EVICT = `
  UPDATE refresh_tokens AS s SET revoked_at = clock.now
  FROM ${CLOCK}
  WHERE s.revoked_at IS NULL AND s.id IN (
    SELECT id FROM refresh_tokens WHERE id IN (
      SELECT id FROM refresh_tokens WHERE user_id = $2 AND revoked_at IS NULL
      ORDER BY rotated_at DESC, id DESC OFFSET $3
    )
    ORDER BY id FOR NO KEY UPDATE
  )
  RETURNING s.id`;

/** Ids are UUIDv7, so the primary key is in order of time and no further index is needed. */
const DELETE_EXPIRED = `
  DELETE FROM refresh_tokens WHERE id IN (
    SELECT s.id FROM refresh_tokens AS s, ${CLOCK}
    WHERE s.id < $2 AND s.created_at < clock.now - ${seconds("$3")} ORDER BY s.id LIMIT $4
    FOR UPDATE OF s SKIP LOCKED)`;

/** Part of a statement, named `opened`: opens a session for the player in `u.id`; no row when it is open already. */
export const OPENED = (columns: Record<"id" | "device" | "ip" | keyof SessionTraits, string>) => `
  opened AS (
    INSERT INTO refresh_tokens (id, user_id, device, ip, client_id, scope, jkt, created_at, rotated_at)
    SELECT ${columns.id}, u.id, ${columns.device}, ${columns.ip}, ${columns.clientId}, ${columns.scope}, ${columns.jkt},
      clock.now, clock.now
    FROM u, ${CLOCK}
    ON CONFLICT (id) DO NOTHING RETURNING id
  )`;

const END_ALL_BUT = `
  UPDATE refresh_tokens AS s SET revoked_at = clock.now FROM ${CLOCK}
  WHERE s.user_id = $2 AND s.revoked_at IS NULL AND s.id IS DISTINCT FROM $3::uuid
  RETURNING s.id`;

const REOPEN = `
  UPDATE refresh_tokens AS s SET revoked_at = NULL FROM ${CLOCK} WHERE s.user_id = $2 AND s.id = ANY($3::uuid[])`;

const MOVE = `UPDATE refresh_tokens AS s SET user_id = $4 FROM ${CLOCK} WHERE s.id = $2 AND s.user_id = $3`;

const CURRENT = `
  SELECT s.generation, s.client_id AS "clientId", s.scope, s.jkt
  FROM refresh_tokens AS s, ${CLOCK} WHERE s.id = $2 AND s.user_id = $3 AND s.revoked_at IS NULL`;

const IS_YOUNGER = `
  SELECT FROM refresh_tokens AS s, ${CLOCK} WHERE s.id = $2 AND s.created_at > clock.now - ${seconds("$3")}`;

const TELL = `
  SELECT s.id, s.device, s.client_id, s.scope, s.ip, s.created_at, s.rotated_at, s.revoked_at
  FROM refresh_tokens AS s, ${CLOCK} WHERE s.user_id = $2 ORDER BY s.id DESC`;

const DELETE_OF = `DELETE FROM refresh_tokens AS s USING ${CLOCK} WHERE s.user_id = ANY($2)`;

const DESCRIBE = `
  SELECT s.user_id AS "userId", s.generation, s.client_id AS "clientId", s.scope, s.jkt, s.created_at AS "createdAt",
    s.rotated_at AS "rotatedAt",
    s.revoked_at IS NULL AND ${isAllowed("u")} AND s.rotated_at > clock.now - ${seconds("$3")}
      AND s.created_at > clock.now - ${seconds("$4")} AS "isAlive"
  FROM refresh_tokens AS s JOIN users AS u ON u.id = s.user_id, ${CLOCK} WHERE s.id = $2`;

/** All that is kept of a session, for its player's eyes. */
export type SessionTold = {
  id: string;
  device: string | null;
  client_id: string | null;
  scope: string | null;
  ip: string | null;
  created_at: Date;
  rotated_at: Date;
  revoked_at: Date | null;
};

/** Notes the use of the session, to a minute. */
const FIND_CONSOLE = `
  WITH seen AS (
    SELECT s.id AS session_id, s.created_at > clock.now - ${seconds("$7")} AS is_fresh, ${USER_COLUMNS}
    FROM refresh_tokens AS s JOIN users AS u ON u.id = s.user_id, ${CLOCK}
    WHERE s.id = $2 AND s.user_id = $3 AND s.client_id = $4 AND s.revoked_at IS NULL AND ${isAllowed("u")}
      AND s.rotated_at > clock.now - ${seconds("$5")} AND s.created_at > clock.now - ${seconds("$6")}
  ), used AS (
    UPDATE refresh_tokens AS s SET rotated_at = clock.now FROM seen, ${CLOCK}
    WHERE $8 AND s.id = seen.session_id AND s.rotated_at < clock.now - interval '1 minute'
  )
  SELECT * FROM seen`;

/** Ids are UUIDv7: the primary key is read from its end, and so many rows at most. */
const FIGURES = `
  SELECT count(*) FILTER (WHERE o.created_at > clock.now - interval '1 hour')::int AS "lastHour",
    count(*) FILTER (WHERE o.created_at > clock.now - interval '1 day')::int AS "lastDay",
    count(*) FILTER (WHERE o.revoked_at IS NULL AND o.rotated_at > clock.now - ${seconds("$3")}
      AND o.created_at > clock.now - ${seconds("$4")})::int AS "alive",
    count(*) = $2 AS "areMore"
  FROM (SELECT created_at, rotated_at, revoked_at FROM refresh_tokens ORDER BY id DESC LIMIT $2) AS o, ${CLOCK}`;

/** How long a session of the console goes on, in seconds, and until when it counts as a fresh sign-in. */
export type ConsoleLifetimes = { idleSeconds: number; maxSeconds: number; freshSeconds: number };

/** Of the sessions opened last: signed in within the hour and the day, and alive. */
export type SessionFigures = {
  lastHour: number;
  lastDay: number;
  alive: number;
  /** Whether there are sessions that were not looked at. */
  areMore: boolean;
};

/** What is known of a session, alive or dead. */
export type SessionDescription = {
  userId: number;
  generation: number;
  createdAt: Date;
  rotatedAt: Date;
  isAlive: boolean;
} & SessionTraits;

export type SessionStore = ReturnType<typeof createSessionStore>;

/** Every statement on `refresh_tokens`; opening one is part of the identity store's. */
export function createSessionStore(database: Database, run: RunStatement, policy: SecurityConfig) {
  const { refreshTokenExpirySeconds: idle, sessionMaxSeconds: cap, refreshReuseGraceSeconds: grace } = policy;

  type Which = { id?: string; userId?: number; OR?: { jkt: string | null }[] };
  const revoke = async (which: Which) => {
    const revokedAt = await databaseTime(run);
    return database.prisma.session.updateManyAndReturn({
      where: { ...which, revokedAt: null },
      data: { revokedAt },
      select: { userId: true },
    });
  };

  return {
    /** One step of the rotation, if this is the current generation of a living session. */
    async rotate({ sessionId, generation, ip, jkt, clients }: RotationAttempt): Promise<Rotated | null> {
      const values = [sessionId, generation, ip, idle, cap, jkt, clients];
      const { rows } = await run<UserRow & Generation & { rotated: string }>(
        "rotate",
        ROTATE,
        values,
        sessionId,
      );
      if (!rows[0]) return null;
      const { rotated, ...row } = rows[0];
      requireOwn(rotated, sessionId);
      return split(row);
    },

    /** After {@link rotate} did nothing: revokes the session when the token was replayed, and says what it was. */
    async revokeIfReplayed({
      sessionId,
      generation,
      ip,
      jkt,
      clients,
    }: RotationAttempt): Promise<RotationFailure> {
      type Row = UserRow &
        Generation & { alive: boolean; repeated: boolean; replayed: boolean; rotated_from: string | null };
      const values = [sessionId, generation, ip, idle, cap, grace, jkt, clients];
      const { rows } = await run<Row>("revoke_if_replayed", REVOKE_IF_REPLAYED, values, sessionId);
      const [row] = rows;
      if (!row) return { outcome: "dead" };
      const { alive, repeated, replayed, rotated_from: rotatedFrom, ...rest } = row;
      const found = split(rest);
      if (replayed) return { outcome: "replayed", userId: found.user.id };
      if (found.jkt !== null && alive)
        return found.jkt === jkt
          ? { outcome: "earlier", ...found }
          : { outcome: "unproven", userId: found.user.id };
      if (alive && found.generation <= generation) return { outcome: "moved" };
      if (!repeated) return { outcome: "dead" };
      return { outcome: "repeated", ...found, rotatedFrom: rotatedFrom ?? "" };
    },

    /** Whether a session goes on, whatever the token, and the key that it is bound to; null when it does not. */
    async findAlive(sessionId: string): Promise<{ jkt: string | null } | null> {
      const { rows } = await run<{ jkt: string | null }>("find_alive_session", FIND_ALIVE, [
        sessionId,
        idle,
        cap,
      ]);
      return rows[0] ?? null;
    },

    /** @returns null for a session that there never was, or whose row is gone */
    async describe(sessionId: string): Promise<SessionDescription | null> {
      const { rows } = await run<SessionDescription>("describe_session", DESCRIBE, [sessionId, idle, cap]);
      return rows[0] ?? null;
    },

    /** The user of a session that may still be used. */
    async findUser(sessionId: string, userId: number): Promise<UserRow | null> {
      const { rows } = await run<UserRow>("find_session_user", FIND, [sessionId, userId, cap]);
      if (rows[0]) requireOwn(rows[0].id, userId);
      return rows[0] ?? null;
    },

    /**
     * Whose a session of the console is, while it lives, and whether they have just signed in.
     * @param isUsed whether this is a use of it, which keeps it from ending
     */
    async findConsole(
      { sessionId, userId }: { sessionId: string; userId: number },
      clientId: string,
      { idleSeconds, maxSeconds, freshSeconds }: ConsoleLifetimes,
      isUsed: boolean,
    ): Promise<{ user: UserRow; isFresh: boolean } | null> {
      type Row = UserRow & { session_id: string; is_fresh: boolean };
      const values = [sessionId, userId, clientId, idleSeconds, maxSeconds, freshSeconds, isUsed];
      const { rows } = await run<Row>("find_console_session", FIND_CONSOLE, values);
      if (!rows[0]) return null;
      const { session_id: _, is_fresh: isFresh, ...user } = rows[0];
      return { user, isFresh };
    },

    /** @param limit sessions that are looked at, the latest first */
    async figures(limit: number): Promise<SessionFigures> {
      const { rows } = await run<SessionFigures>("session_figures", FIGURES, [limit, idle, cap]);
      return rows[0] as SessionFigures;
    },

    /**
     * Revokes the idlest sessions of a player beyond the limit.
     * @param openBefore how many were open before the last sign-in; of less than half of the limit none is looked for,
     * however many replicas sign the player in at that moment
     * @returns which
     */
    async evictIdlest(userId: number, openBefore: number): Promise<string[]> {
      if (openBefore < policy.maxSessionsPerUser / 2) return [];
      const { rows } = await run<{ id: string }>("evict_idlest", EVICT, [userId, policy.maxSessionsPerUser]);
      return rows.map(({ id }) => id);
    },

    /** A player's living sessions, the last used first. */
    async list(userId: number): Promise<SessionRow[]> {
      const now = await databaseTime(run);
      const ago = (seconds: number) => new Date(now.getTime() - seconds * 1_000);
      return database.prisma.session.findMany({
        where: { userId, revokedAt: null, rotatedAt: { gt: ago(idle) }, createdAt: { gt: ago(cap) } },
        orderBy: { rotatedAt: "desc" },
        select: { id: true, device: true, ip: true, createdAt: true, rotatedAt: true },
      });
    },

    /**
     * Sessions that a player has opened, dead ones included while they are kept, the latest first.
     * @param before UUIDv7: those opened before it; null: from the latest on
     */
    async listOpened(userId: number, before: string | null, limit: number): Promise<SessionRow[]> {
      return database.prisma.session.findMany({
        where: { userId, ...(before !== null && { id: { lt: before } }) },
        orderBy: { id: "desc" },
        take: limit,
        select: { id: true, device: true, ip: true, createdAt: true, rotatedAt: true },
      });
    },

    /** @returns whose session it was; null when it was none that was alive */
    async revoke(sessionId: string): Promise<{ userId: number } | null> {
      return (await revoke({ id: sessionId }))[0] ?? null;
    },

    /** @param jkt of the key that has proven itself. @returns as {@link revoke}; null also when it is bound to another */
    async revokeProven(sessionId: string, jkt: string | null): Promise<{ userId: number } | null> {
      return (
        (await revoke({ id: sessionId, OR: [{ jkt: null }, ...(jkt === null ? [] : [{ jkt }])] }))[0] ?? null
      );
    },

    /** @returns whether it was a living session of this player */
    async revokeOfUser(userId: number, sessionId: string): Promise<boolean> {
      return (await revoke({ userId, id: sessionId })).length > 0;
    },

    /** Ends a player's sessions, but for one that goes on. @returns which */
    async endAllBut(userId: number, sessionId: string | null): Promise<string[]> {
      const { rows } = await run<{ id: string }>("end_sessions_but", END_ALL_BUT, [userId, sessionId]);
      return rows.map(({ id }) => id);
    },

    /** Takes {@link endAllBut} back. What has expired since stays so. */
    async reopen(userId: number, sessionIds: string[]): Promise<void> {
      await run("reopen_sessions", REOPEN, [userId, sessionIds]);
    },

    /** Lets a session go on as another player's. */
    async move(sessionId: string, fromUserId: number, toUserId: number): Promise<void> {
      await run("move_session", MOVE, [sessionId, fromUserId, toUserId]);
    },

    /** How a player's session stands that lives; null when it does not. */
    async current(sessionId: string, userId: number): Promise<Omit<Issued, "sessionId"> | null> {
      type Row = Omit<Issued, "sessionId">;
      const { rows } = await run<Row>("current_session", CURRENT, [sessionId, userId]);
      return rows[0] ?? null;
    },

    /** Whether a session was opened within so many seconds. */
    async isYounger(sessionId: string, seconds: number): Promise<boolean> {
      return (await run("is_younger_session", IS_YOUNGER, [sessionId, seconds])).rows.length > 0;
    },

    /** All sessions that a player has opened, dead ones included while they are kept, the latest first. */
    async tell(userId: number): Promise<SessionTold[]> {
      return (await run<SessionTold>("tell_sessions", TELL, [userId])).rows;
    },

    async deleteOf(userIds: number[]): Promise<void> {
      await run("delete_sessions_of", DELETE_OF, [userIds]);
    },

    async revokeAllOfUser(userId: number): Promise<void> {
      await revoke({ userId });
    },

    /**
     * Deletes up to so many sessions past their absolute expiry, dead ones included.
     * @returns how many
     */
    async deleteExpired(limit: number): Promise<number> {
      const oldest = uuidv7Floor(new Date((await databaseTime(run)).getTime() - cap * 1_000));
      return (await run("delete_expired_sessions", DELETE_EXPIRED, [oldest, cap, limit])).rowCount;
    },
  };
}

/** A session's generation, apart from its user. */
function split({
  session_generation: generation,
  session_client_id: clientId,
  session_scope: scope,
  session_jkt: jkt,
  ...user
}: UserRow & Generation): Rotated {
  return { generation, clientId, scope, jkt, user };
}

/**
 * An answer of the database that is one to another question would make a player of this request somebody else.
 * @throws for such an answer: a 500, and nothing is done
 */
function requireOwn<Id>(answered: Id, asked: Id): void {
  if (answered !== asked) throw new Error("The database answered for another session.");
}
