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

/** An event's type as SQL. */
export const typeLiteral = (type: EventType) => `'${type}'::text`;
