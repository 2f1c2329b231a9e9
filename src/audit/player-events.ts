import type { SessionRow, SessionStore } from "../session/store";
import { PLAYER_SEES } from "./event";
import type { PlayerEvent } from "./model";
import type { AuditEventRow, AuditStore } from "./store";

/**
 * What happened to a player's account, for their own eyes, the latest first: what was done to it, and the devices that
 * were signed in. Times are ISO 8601, UTC.
 * @param before the id of an event: those before it; null: from the latest on
 * @returns up to `limit` events, and the id to go on with; null at the end
 */
export async function listPlayerEvents(
  { audit, sessions }: { audit: AuditStore; sessions: SessionStore },
  userId: number,
  before: string | null,
  limit: number,
): Promise<{ events: PlayerEvent[]; next: string | null }> {
  // One more than are shown tells whether there are more.
  const [done, opened] = await Promise.all([
    audit.listOfPlayer(userId, before, PLAYER_SEES, limit + 1),
    sessions.listOpened(userId, before, limit + 1),
  ]);
  const all = [...done.map(whatWasDone), ...opened.map(newDevice)].sort((a, b) => (a.id < b.id ? 1 : -1));
  const events = all.slice(0, limit);
  return { events, next: all.length > limit ? (events.at(-1)?.id ?? null) : null };
}

/** A player is not told who of the studio's people it was. */
function whatWasDone(row: AuditEventRow): PlayerEvent {
  return {
    id: row.id,
    action: row.action,
    by: row.actor_kind === "player" ? "player" : "studio",
    before: row.before,
    after: row.after,
    reason: row.reason,
    created_at: row.created_at.toISOString(),
  };
}

function newDevice({ id, device, createdAt }: SessionRow): PlayerEvent {
  return {
    id,
    action: "new_device",
    by: "player",
    before: null,
    after: { device },
    reason: null,
    created_at: createdAt.toISOString(),
  };
}
