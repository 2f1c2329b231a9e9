import type { SessionStore } from "./store";

/** A player's signed-in devices, the last used first. Times are ISO 8601, UTC. */
export async function listSessions(sessions: SessionStore, userId: number, currentSessionId: string) {
  const rows = await sessions.list(userId);
  return rows.map((row) => ({
    id: row.id,
    device: row.device,
    ip: row.ip,
    created_at: row.createdAt.toISOString(),
    last_used_at: row.rotatedAt.toISOString(),
    current: row.id === currentSessionId,
  }));
}
