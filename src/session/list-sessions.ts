import type { SessionRow, SessionStore } from "./store";

/** So coarse that nobody who watches it learns when a device refreshes. */
const LAST_USED_STEP_MS = 300_000;

/** A player's signed-in devices, the last used first. Times are ISO 8601, UTC; of the last use, to five minutes. */
export async function listSessions(sessions: SessionStore, userId: number, currentSessionId: string) {
  const rows = await sessions.list(userId);
  return rows.map((row) => ({
    id: row.id,
    device: row.device,
    ip: row.ip,
    created_at: row.createdAt.toISOString(),
    last_used_at: lastUsedAt(row).toISOString(),
    current: row.id === currentSessionId,
  }));
}

function lastUsedAt({ createdAt, rotatedAt }: SessionRow): Date {
  const coarse = Math.floor(rotatedAt.getTime() / LAST_USED_STEP_MS) * LAST_USED_STEP_MS;
  return new Date(Math.max(coarse, createdAt.getTime()));
}
