import { CLOCK, type RunStatement, seconds } from "../db/statements";
import { FORGOTTEN } from "./outbox";

/** A server of the studio's that is told what happens to players. */
export type EndpointRow = {
  id: string;
  url: string;
  secretJwe: string;
  /** Empty: everything. */
  eventTypes: string[];
  createdAt: Date;
  disabledAt: Date | null;
};

/** What of an endpoint is no secret. */
export type ToldEndpoint = Omit<EndpointRow, "secretJwe">;

/** An endpoint, and what it has not taken. */
export type EndpointState = ToldEndpoint & {
  pending: number;
  /** When the oldest of these happened. */
  pendingSince: Date | null;
  failed: number;
  /** Why the last failed attempt of what is pending or failed did fail. */
  lastFailure: string | null;
};

/** An event that is to be sent. */
export type Delivery = {
  id: string;
  eventId: string;
  userId: number | null;
  type: string;
  data: Record<string, unknown>;
  createdAt: Date;
  /** Those that have failed so far. */
  attempts: number;
};

/** What is sent once more: all that holds. */
export type ReplayFilter = { eventId?: string; since?: Date; failedOnly?: boolean };

/** How long a claimed event is its claimer's, in seconds: longer than an attempt takes. */
const LEASE_SECONDS = 30;

/** After how many seconds an event that waits for an earlier one of its player is looked at again, at the latest. */
const HELD_SECONDS = 10;

/** Events that one claim looks at. */
const EXAMINED = 100;

/** Rows that one statement changes, so that none takes longer than a statement may. */
const BATCH_SIZE = 500;

const KEPT_SECONDS = 30 * 86_400;

const WITHOUT_SECRET = `e.id, e.url, e.event_types AS "eventTypes", e.created_at AS "createdAt", e.disabled_at AS "disabledAt"`;

const COLUMNS = `${WITHOUT_SECRET}, e.secret_jwe AS "secretJwe"`;

const ADD = `
  INSERT INTO webhook_endpoints AS e (id, url, secret_jwe, event_types, created_at)
  SELECT $2, $3, $4, $5::text[], clock.now FROM ${CLOCK} RETURNING ${COLUMNS}`;

const FIND = `SELECT ${COLUMNS} FROM webhook_endpoints AS e, ${CLOCK} WHERE e.id = $2`;

const LIST_ENABLED = `
  SELECT ${COLUMNS} FROM webhook_endpoints AS e, ${CLOCK} WHERE e.disabled_at IS NULL ORDER BY e.id`;

const LIST_STATES = `
  SELECT ${WITHOUT_SECRET},
    count(d.id) FILTER (WHERE d.status = 'pending')::int AS pending,
    min(d.created_at) FILTER (WHERE d.status = 'pending') AS "pendingSince",
    count(d.id) FILTER (WHERE d.status = 'failed')::int AS failed,
    (array_agg(d.last_failure ORDER BY d.id DESC) FILTER (WHERE d.last_failure IS NOT NULL))[1] AS "lastFailure"
  FROM ${CLOCK}, webhook_endpoints AS e
    LEFT JOIN webhook_deliveries AS d ON d.endpoint_id = e.id AND d.status IN ('pending', 'failed')
  GROUP BY e.id ORDER BY e.id`;

const REMOVE = `DELETE FROM webhook_endpoints AS e USING ${CLOCK} WHERE e.id = $2 RETURNING ${WITHOUT_SECRET}`;

const REMOVE_DELIVERIES = `
  DELETE FROM webhook_deliveries WHERE id IN (
    SELECT d.id FROM webhook_deliveries AS d, ${CLOCK} WHERE d.endpoint_id = $2 LIMIT $3)`;

const DISABLE = `
  UPDATE webhook_endpoints AS e SET disabled_at = clock.now FROM ${CLOCK} WHERE e.id = $2 AND e.disabled_at IS NULL
  RETURNING ${WITHOUT_SECRET}`;

const ENABLE = `
  WITH before AS (SELECT disabled_at FROM webhook_endpoints WHERE id = $2 FOR UPDATE)
  UPDATE webhook_endpoints AS e SET disabled_at = NULL FROM before, ${CLOCK}
  WHERE e.id = $2 RETURNING ${WITHOUT_SECRET}, before.disabled_at IS NOT NULL AS "wasDisabled"`;

const ENCRYPT_ANEW = `
  UPDATE webhook_endpoints AS e SET secret_jwe = $4 FROM ${CLOCK} WHERE e.id = $2 AND e.secret_jwe = $3`;

/**
 * An event of a player is held while an earlier one of theirs is pending. It is put off by a moment, so that what is due
 * and held is not looked through again and again.
 */
const CLAIM = `
  WITH examined AS (
    SELECT d.id, d.due_at, EXISTS (
      SELECT FROM webhook_deliveries AS earlier
      WHERE earlier.endpoint_id = d.endpoint_id AND earlier.user_id = d.user_id AND earlier.id < d.id
        AND earlier.status = 'pending') AS is_held
    FROM webhook_deliveries AS d, ${CLOCK}
    WHERE d.endpoint_id = $2 AND d.status = 'pending' AND d.due_at <= clock.now
      AND EXISTS (SELECT FROM webhook_endpoints AS e WHERE e.id = d.endpoint_id AND e.disabled_at IS NULL)
    ORDER BY d.due_at, d.id LIMIT ${EXAMINED} FOR UPDATE OF d SKIP LOCKED
  ), ranked AS (
    SELECT id, is_held, row_number() OVER (PARTITION BY is_held ORDER BY due_at, id) AS rank FROM examined
  )
  UPDATE webhook_deliveries AS d SET due_at = clock.now
    + CASE WHEN ranked.is_held THEN interval '${HELD_SECONDS} seconds' ELSE interval '${LEASE_SECONDS} seconds' END
  FROM ranked, ${CLOCK} WHERE d.id = ranked.id AND (ranked.is_held OR ranked.rank <= $3)
  RETURNING d.id, d.event_id AS "eventId", d.user_id AS "userId", d.type, d.data, d.created_at AS "createdAt", d.attempts,
    ranked.is_held AS "isHeld"`;

/** The next event of the player, which was held, is due at once. */
const FINISH = `
  WITH finished AS (
    UPDATE webhook_deliveries AS d SET status = $3, attempts = d.attempts + 1, last_failure = $4, finished_at = clock.now
    FROM ${CLOCK} WHERE d.id = $2 AND d.status = 'pending'
    RETURNING d.id, d.endpoint_id, d.user_id
  )
  UPDATE webhook_deliveries AS d SET due_at = clock.now FROM ${CLOCK}
  WHERE d.due_at > clock.now AND d.id = (
    SELECT min(later.id) FROM webhook_deliveries AS later, finished
    WHERE later.endpoint_id = finished.endpoint_id AND later.user_id = finished.user_id AND later.id > finished.id
      AND later.status = 'pending')`;

const PUT_OFF = `
  UPDATE webhook_deliveries AS d
  SET attempts = d.attempts + 1, last_failure = $3, due_at = clock.now + ${seconds("$4")}
  FROM ${CLOCK} WHERE d.id = $2 AND d.status = 'pending'`;

/** From one id on, for what was taken again meanwhile is not sent a third time. */
const REPLAY = `
  UPDATE webhook_deliveries AS d SET status = 'pending', due_at = clock.now, attempts = 0, finished_at = NULL
  FROM ${CLOCK}
  WHERE d.id IN (
    SELECT id FROM webhook_deliveries
    WHERE endpoint_id = $2 AND status <> 'pending' AND ($3::uuid IS NULL OR event_id = $3)
      AND ($4::timestamptz IS NULL OR created_at >= $4) AND (NOT $5::boolean OR status = 'failed') AND id > $6::bigint
    ORDER BY id LIMIT $7 FOR UPDATE)
  RETURNING d.id`;

const FORGET = `
  WITH players AS (SELECT u.id, u.created_at FROM users AS u, ${CLOCK} WHERE u.id = ANY($2)),
  ${FORGOTTEN("players")}
  SELECT`;

const DELETE_OLD = `
  DELETE FROM webhook_deliveries WHERE id IN (
    SELECT d.id FROM webhook_deliveries AS d, ${CLOCK}
    WHERE d.created_at < clock.now - ${seconds("$2")} ORDER BY d.created_at LIMIT $3
    FOR UPDATE OF d SKIP LOCKED)`;

export type WebhookStore = ReturnType<typeof createWebhookStore>;

/** Every statement on `webhook_endpoints` and `webhook_deliveries`, but for the parts that add an event (`OUTBOXED`). */
export function createWebhookStore(run: RunStatement) {
  return {
    /** @param id UUIDv7 */
    async add({
      id,
      url,
      secretJwe,
      eventTypes,
    }: Pick<EndpointRow, "id" | "url" | "secretJwe" | "eventTypes">): Promise<EndpointRow> {
      const { rows } = await run<EndpointRow>("add_webhook", ADD, [id, url, secretJwe, eventTypes]);
      return rows[0] as EndpointRow;
    },

    async find(id: string): Promise<EndpointRow | null> {
      return (await run<EndpointRow>("find_webhook", FIND, [id])).rows[0] ?? null;
    },

    /** Those that are sent something. */
    async listEnabled(): Promise<EndpointRow[]> {
      return (await run<EndpointRow>("list_enabled_webhooks", LIST_ENABLED)).rows;
    },

    /** All of them, the oldest first. */
    async listStates(): Promise<EndpointState[]> {
      return (await run<EndpointState>("list_webhooks", LIST_STATES)).rows;
    },

    /** Forgets an endpoint, but for what it was to be told. @returns null when it was not there */
    async remove(id: string): Promise<ToldEndpoint | null> {
      return (await run<ToldEndpoint>("remove_webhook", REMOVE, [id])).rows[0] ?? null;
    },

    /** Forgets what an endpoint was told and was to be told. */
    async removeDeliveries(id: string): Promise<void> {
      for (let removed = BATCH_SIZE; removed === BATCH_SIZE; )
        removed = (await run("remove_webhook_deliveries", REMOVE_DELIVERIES, [id, BATCH_SIZE])).rowCount;
    },

    /** Sends an endpoint nothing from now on; what is pending stays so. @returns null when it was not sent anything before */
    async disable(id: string): Promise<ToldEndpoint | null> {
      return (await run<ToldEndpoint>("disable_webhook", DISABLE, [id])).rows[0] ?? null;
    },

    /** Takes {@link disable} back. @returns null when the endpoint is not there */
    async enable(id: string): Promise<(ToldEndpoint & { wasDisabled: boolean }) | null> {
      type Row = ToldEndpoint & { wasDisabled: boolean };
      return (await run<Row>("enable_webhook", ENABLE, [id])).rows[0] ?? null;
    },

    /** @param before the secret as it was read: what somebody else has written since stays */
    async encryptAnew(id: string, before: string, secretJwe: string): Promise<void> {
      await run("encrypt_webhook_secret_anew", ENCRYPT_ANEW, [id, before, secretJwe]);
    },

    /**
     * Events of an endpoint that are due, up to so many: nobody else gets them for half a minute.
     * @returns `isAll` when there was nothing else to look at
     */
    async claim(endpointId: string, limit: number): Promise<{ deliveries: Delivery[]; isAll: boolean }> {
      type Row = Delivery & { isHeld: boolean };
      const { rows } = await run<Row>("claim_webhook_deliveries", CLAIM, [endpointId, limit]);
      const deliveries = rows.filter(({ isHeld }) => !isHeld).map(({ isHeld: _, ...delivery }) => delivery);
      deliveries.sort((one, other) => (BigInt(one.id) < BigInt(other.id) ? -1 : 1));
      return { deliveries, isAll: rows.length === 0 };
    },

    /** Notes that the endpoint has taken an event. */
    async markDelivered(id: string): Promise<void> {
      await run("finish_webhook_delivery", FINISH, [id, "delivered", null]);
    },

    /** Notes that an event was tried for the last time. */
    async markFailed(id: string, failure: string): Promise<void> {
      await run("finish_webhook_delivery", FINISH, [id, "failed", failure]);
    },

    /** Notes that an attempt failed, and that there is another one after so many seconds. */
    async putOff(id: string, failure: string, delaySeconds: number): Promise<void> {
      await run("put_off_webhook_delivery", PUT_OFF, [id, failure, delaySeconds]);
    },

    /** Sends once more what was delivered or has failed, with the same `webhook-id`. @returns how many events */
    async replay(endpointId: string, { eventId, since, failedOnly = false }: ReplayFilter): Promise<number> {
      let total = 0;
      for (let last = 0n; ; ) {
        const values = [endpointId, eventId, since, failedOnly, String(last), BATCH_SIZE];
        const { rows } = await run<{ id: string }>("replay_webhook_deliveries", REPLAY, values);
        total += rows.length;
        if (rows.length < BATCH_SIZE) return total;
        for (const { id } of rows) if (BigInt(id) > last) last = BigInt(id);
      }
    },

    /** Takes out of the events of players who are about to be gone what is personal, and leaves that they happened. */
    async forget(userIds: number[]): Promise<void> {
      await run("forget_webhook_deliveries", FORGET, [userIds]);
    },

    /** Deletes up to so many events of more than 30 days ago. @returns how many */
    async deleteOld(limit: number): Promise<number> {
      return (await run("delete_old_webhook_deliveries", DELETE_OLD, [KEPT_SECONDS, limit])).rowCount;
    },
  };
}
