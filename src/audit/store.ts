import { CLOCK, databaseTime, type RunStatement, seconds } from "../db/statements";
import { uuidv7Floor } from "../session/uuidv7";
import { eventTypeOf } from "../webhooks/event-types";
import { OUTBOXED, typeLiteral } from "../webhooks/outbox";
import type { Actor, AuditAction, NewAuditEvent } from "./event";

/** What was done, as its row has it. */
export type AuditEventRow = {
  id: string;
  user_id: number | null;
  action: AuditAction;
  actor_kind: Actor["kind"];
  actor_id: string | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  reason: string | null;
  request_id: string | null;
  created_at: Date;
};

/** What an event of the audit in `a` tells the studio's servers. */
const TOLD = {
  eventId: "a.id",
  userId: "a.user_id",
  by: "a.actor_kind",
  before: "a.before",
  after: "a.after",
  reason: "a.reason",
};

/** `$11` is the type of the event that the studio's servers are told, or null. */
const APPEND = `
  WITH audited AS (
    INSERT INTO audit_events (id, user_id, action, actor_kind, actor_id, before, after, reason, request_id, created_at)
    SELECT $2, $3, $4, $5, $6, $7::jsonb, $8::jsonb, $9, $10, clock.now FROM ${CLOCK}
    RETURNING *
  ), ${OUTBOXED("audited AS a", {
    ...TOLD,
    type: "$11::text",
    name: "(SELECT u.name FROM users AS u WHERE u.id = a.user_id)",
  })}
  SELECT`;

/**
 * Parts of a statement, named `audited` and `outboxed`: notes that the player in `u` has changed their own name, and tells
 * the studio's servers.
 */
export const RENAME_AUDITED = (id: string, nameBefore: string, requestId: string) => `
  audited AS (
    INSERT INTO audit_events (id, user_id, action, actor_kind, actor_id, before, after, request_id, created_at)
    SELECT ${id}::uuid, u.id, 'rename', 'player', u.id::text, jsonb_build_object('name', ${nameBefore}::text),
      jsonb_build_object('name', u.name), ${requestId}, clock.now
    FROM u, ${CLOCK} WHERE u.name <> ${nameBefore}::text
    RETURNING *
  ), ${OUTBOXED("audited AS a", {
    ...TOLD,
    type: typeLiteral("player.renamed"),
    name: "a.after ->> 'name'",
  })}`;

/** Part of a statement, named `audited`: notes that the code of the player in `redeemed` has let a new device in. */
export const TRANSFER_AUDITED = (id: string, isFirst: string, requestId: string) => `
  audited AS (
    INSERT INTO audit_events (id, user_id, action, actor_kind, actor_id, request_id, created_at)
    SELECT ${id}::uuid, redeemed.user_id, 'transfer', 'player', redeemed.user_id::text, ${requestId}, clock.now
    FROM redeemed, ${CLOCK} WHERE ${isFirst}
  )`;

/** That something was taken back tells of it, so it is left out with it. */
const LIST_OF_PLAYER = `
  SELECT a.* FROM audit_events AS a, ${CLOCK}
  WHERE a.user_id = $2 AND ($3::uuid IS NULL OR a.id < $3)
    AND ($4::text[] IS NULL
      OR (a.action = ANY($4) AND (a.action <> 'undo' OR a.before ->> 'action' = ANY($4))))
  ORDER BY a.id DESC LIMIT $5`;

/** In the order of the primary key. */
const LIST = `
  SELECT a.* FROM audit_events AS a, ${CLOCK}
  WHERE ($2::uuid IS NULL OR a.id < $2) AND ($3::text[] IS NULL OR a.action = ANY($3))
  ORDER BY a.id DESC LIMIT $4`;

/** Part of a statement, named `emptied`: as {@link AuditStore.emptyOf} of the players whose `id`s `from` has. */
export const AUDIT_EMPTIED = (from: string) => `
  emptied AS (
    UPDATE audit_events AS a SET before = NULL, after = NULL, reason = NULL FROM ${from} AS gone_player
    WHERE a.user_id = gone_player.id AND (a.before IS NOT NULL OR a.after IS NOT NULL OR a.reason IS NOT NULL)
  )`;

/** As much of a row as its triggers let anybody change. */
const EMPTY = `
  UPDATE audit_events AS a SET before = NULL, after = NULL, reason = NULL FROM ${CLOCK}
  WHERE a.user_id = ANY($2) AND (a.before IS NOT NULL OR a.after IS NOT NULL OR a.reason IS NOT NULL)`;

/**
 * Reads so many events at most, back from the latest by the primary key, or those of a player by their index: no index is
 * needed for actors and actions, which every change of a name would have to write.
 */
const search = (ofWhom: string) => `
  WITH looked_at AS (
    SELECT a.* FROM audit_events AS a, ${CLOCK}
    WHERE a.id < coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff') AND ${ofWhom}
    ORDER BY a.id DESC LIMIT $7
  )
  SELECT f.*, (SELECT l.id FROM looked_at AS l ORDER BY l.id LIMIT 1) AS earliest_id,
    (SELECT count(*) FROM looked_at) = $7 AS are_more
  FROM (SELECT) AS one LEFT JOIN (
    SELECT l.* FROM looked_at AS l
    WHERE ($4::text IS NULL OR l.actor_kind = $4) AND ($5::text IS NULL OR l.actor_id = $5)
      AND ($6::text IS NULL OR l.action = $6)
    ORDER BY l.id DESC LIMIT $8
  ) AS f ON true
  ORDER BY f.id DESC`;

/** Apart, so that a plan for any values uses the index of each. */
const SEARCH = search("$3::int IS NULL");
const SEARCH_OF_PLAYER = search("a.user_id = $3::int");

/** Ids are UUIDv7, so the primary key is in order of time and no further index is needed. */
const DELETE_OLD = `
  DELETE FROM audit_events WHERE id IN (
    SELECT a.id FROM audit_events AS a, ${CLOCK}
    WHERE a.id < $2 AND a.created_at < clock.now - ${seconds("$3")} ORDER BY a.id LIMIT $4
    FOR UPDATE OF a SKIP LOCKED)`;

/** What to look for in the audit; null: anything. */
export type AuditSearch = {
  /** The player it was done to. */
  userId: number | null;
  actorKind: Actor["kind"] | null;
  actorId: string | null;
  action: string | null;
};

export type AuditPage = {
  rows: AuditEventRow[];
  /** For `before`, to go on with; null at the end. */
  next: string | null;
};

/** Events that one search looks at. */
const LOOKED_AT = 10_000;

export type AuditStore = ReturnType<typeof createAuditStore>;

/** Every statement on `audit_events`, but for the parts in those of a rename and a transfer. Rows are added; what they tell goes with its player. */
export function createAuditStore(run: RunStatement) {
  return {
    /** In the transaction of what was done, which has locked the player's row. @param id UUIDv7 */
    async append(id: string, event: NewAuditEvent): Promise<void> {
      const { userId, action, actor, before, after, reason, requestId } = event;
      const actorId = "id" in actor ? String(actor.id) : null;
      const [was, is] = [before, after].map((state) => (state ? JSON.stringify(state) : null));
      const type = eventTypeOf(action);
      const values = [id, userId, action, actor.kind, actorId, was, is, reason, requestId, type];
      await run("append_audit_event", APPEND, values);
    },

    /**
     * What was done to a player, the latest first.
     * @param before the id of an event: those before it; null: from the latest on
     * @param actions which of them; null: all
     */
    async listOfPlayer(
      userId: number,
      before: string | null,
      actions: readonly AuditAction[] | null,
      limit: number,
    ): Promise<AuditEventRow[]> {
      const values = [userId, before, actions, limit];
      return (await run<AuditEventRow>("list_audit_events", LIST_OF_PLAYER, values)).rows;
    },

    /** What was done to anybody, as {@link listOfPlayer}. */
    async list(
      before: string | null,
      actions: readonly AuditAction[] | null,
      limit: number,
    ): Promise<AuditEventRow[]> {
      return (await run<AuditEventRow>("list_all_audit_events", LIST, [before, actions, limit])).rows;
    },

    /** Forgets what was done to players who are gone, but that it was done, when and by whom. */
    async emptyOf(userIds: number[]): Promise<void> {
      await run("empty_audit_events", EMPTY, [userIds]);
    },

    /**
     * Looks through the audit, the latest first.
     * @param before the id of an event: those before it; null: from the latest on
     * @returns up to `limit` events. There may be none of them and a `next`: then ten thousand others were looked at
     */
    async search(
      { userId, actorKind, actorId, action }: AuditSearch,
      before: string | null,
      limit: number,
    ): Promise<AuditPage> {
      type Row = AuditEventRow & { earliest_id: string | null; are_more: boolean };
      // One more than are shown tells whether there are more.
      const values = [before, userId, actorKind, actorId, action, LOOKED_AT, limit + 1];
      const { rows } = await (userId === null
        ? run<Row>("search_audit_events", SEARCH, values)
        : run<Row>("search_audit_events_of_player", SEARCH_OF_PLAYER, values));
      const found = rows
        .filter(({ id }) => id !== null)
        .map(({ earliest_id: _, are_more: __, ...row }) => row);
      const shown = found.slice(0, limit);
      const { earliest_id: earliest = null, are_more: areMore = false } = rows[0] ?? {};
      return {
        rows: shown,
        next: found.length > limit ? (shown.at(-1)?.id ?? null) : areMore ? earliest : null,
      };
    },

    /**
     * Deletes up to so many events that are older than this.
     * @returns how many
     */
    async deleteOld(retentionSeconds: number, limit: number): Promise<number> {
      const oldest = uuidv7Floor(new Date((await databaseTime(run)).getTime() - retentionSeconds * 1_000));
      const values = [oldest, retentionSeconds, limit];
      return (await run("delete_old_audit_events", DELETE_OLD, values)).rowCount;
    },
  };
}
