import { CLOCK, databaseTime, type RunStatement, seconds } from "../db/statements";
import { uuidv7Floor } from "../session/uuidv7";
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

const APPEND = `
  INSERT INTO audit_events (id, user_id, action, actor_kind, actor_id, before, after, reason, request_id, created_at)
  SELECT $2, $3, $4, $5, $6, $7::jsonb, $8::jsonb, $9, $10, clock.now FROM ${CLOCK}`;

/** Part of a statement, named `audited`: notes that the player in `u` has changed their own name. */
export const RENAME_AUDITED = (id: string, nameBefore: string, requestId: string) => `
  audited AS (
    INSERT INTO audit_events (id, user_id, action, actor_kind, actor_id, before, after, request_id, created_at)
    SELECT ${id}::uuid, u.id, 'rename', 'player', u.id::text, jsonb_build_object('name', ${nameBefore}::text),
      jsonb_build_object('name', u.name), ${requestId}, clock.now
    FROM u, ${CLOCK} WHERE u.name <> ${nameBefore}::text
  )`;

const LIST_OF_PLAYER = `
  SELECT a.* FROM audit_events AS a, ${CLOCK}
  WHERE a.user_id = $2 AND ($3::uuid IS NULL OR a.id < $3) AND ($4::text[] IS NULL OR a.action = ANY($4))
  ORDER BY a.id DESC LIMIT $5`;

/** Ids are UUIDv7, so the primary key is in order of time and no further index is needed. */
const DELETE_OLD = `
  DELETE FROM audit_events WHERE id IN (
    SELECT a.id FROM audit_events AS a, ${CLOCK}
    WHERE a.id < $2 AND a.created_at < clock.now - ${seconds("$3")} ORDER BY a.id LIMIT $4
    FOR UPDATE OF a SKIP LOCKED)`;

export type AuditStore = ReturnType<typeof createAuditStore>;

/** Every statement on `audit_events`, but for the part in that of a rename. Rows are added, and never changed. */
export function createAuditStore(run: RunStatement) {
  return {
    /** In the transaction of what was done. @param id UUIDv7 */
    async append(id: string, event: NewAuditEvent): Promise<void> {
      const { userId, action, actor, before, after, reason, requestId } = event;
      const actorId = "id" in actor ? String(actor.id) : null;
      const [was, is] = [before, after].map((state) => (state ? JSON.stringify(state) : null));
      const values = [id, userId, action, actor.kind, actorId, was, is, reason, requestId];
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
