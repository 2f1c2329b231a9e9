import { CLOCK } from "../db/statements";
import type { EventType } from "./event-types";

/** What is told, each as SQL. */
type Told = {
  /** The event's type; null is told to nobody. */
  type: string;
  userId: string;
  name: string;
  /** The kind of who did it. */
  by: string;
  /** A new one unless set. */
  eventId?: string;
  before?: string;
  after?: string;
  reason?: string;
};

/**
 * Part of a statement, named `outboxed`: an event for each endpoint that wants it, in the transaction of what it tells.
 * Where there is no endpoint it is a look at an empty table.
 * @param from what the rest is of: rows of the statement that has locked the player's row, so that events are numbered in
 * the order of what happened
 */
export const OUTBOXED = (
  from: string,
  {
    type,
    userId,
    name,
    by,
    eventId = "gen_random_uuid()",
    before = "NULL",
    after = "NULL",
    reason = "NULL",
  }: Told,
) => `
  outboxed AS (
    INSERT INTO webhook_deliveries (endpoint_id, event_id, user_id, type, data, created_at, due_at)
    SELECT e.id, ${eventId}, ${userId}, ${type}, jsonb_build_object(
      'player', jsonb_build_object('id', ${userId}, 'name', nullif(${name}, '')), 'by', ${by},
      'before', ${before}, 'after', ${after}, 'reason', ${reason}), clock.now, clock.now
    FROM ${from}, webhook_endpoints AS e, ${CLOCK}
    WHERE e.disabled_at IS NULL AND (e.event_types = '{}' OR ${type} = ANY(e.event_types))
      AND ${type} IS NOT NULL AND ${userId} IS NOT NULL
  )`;

/** What is left of an event in `d` whose player is gone: what happened, to which id, and the kind of who did it. */
const FORGOTTEN_DATA = `jsonb_build_object('player', jsonb_build_object('id', d.user_id, 'name', NULL), 'by', d.data -> 'by',
    'before', NULL, 'after', NULL, 'reason', NULL)`;

/**
 * Part of a statement, named `forgotten`: takes out of the events of players what is personal, of those that are still to
 * be sent as well. No index on players is needed, which every rename would have to write: an event has the id that it has
 * in the audit, and a first sign-in the time at which its player was made.
 * @param from whose rows have `id` and `created_at` of players
 */
export const FORGOTTEN = (from: string) => `
  of_players AS (
    SELECT d.id FROM ${from} AS p JOIN audit_events AS a ON a.user_id = p.id JOIN webhook_deliveries AS d ON d.event_id = a.id
    UNION
    SELECT d.id FROM ${from} AS p JOIN webhook_deliveries AS d ON d.created_at = p.created_at AND d.user_id = p.id
  ), in_order AS (
    SELECT d.id FROM webhook_deliveries AS d WHERE d.id IN (SELECT id FROM of_players) ORDER BY d.id FOR NO KEY UPDATE
  ), forgotten AS (
    UPDATE webhook_deliveries AS d SET data = ${FORGOTTEN_DATA} FROM in_order WHERE d.id = in_order.id
  )`;

/** An event's type as SQL. */
export const typeLiteral = (type: EventType) => `'${type}'::text`;
