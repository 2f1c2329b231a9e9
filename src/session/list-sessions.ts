import type { Clock } from "../clock";
import type { SecurityConfig } from "../config/config";
import type { Database } from "../db/database";

export type SessionListDeps = { database: Database; clock: Clock; policy: SecurityConfig };

/** A player's signed-in devices, the last used first. Times are ISO 8601, UTC. */
export async function listSessions(
  { database, clock, policy }: SessionListDeps,
  userId: number,
  currentSessionId: string,
) {
  const secondsAgo = (seconds: number) => new Date(clock.now().getTime() - seconds * 1_000);
  const rows = await database.prisma.refreshToken.findMany({
    where: {
      userId,
      revokedAt: null,
      rotatedAt: { gt: secondsAgo(policy.refreshTokenExpirySeconds) },
      createdAt: { gt: secondsAgo(policy.sessionMaxSeconds) },
    },
    orderBy: { rotatedAt: "desc" },
  });
  return rows.map((row) => ({
    id: row.id,
    device: row.device,
    ip: row.ip,
    created_at: row.createdAt.toISOString(),
    last_used_at: row.rotatedAt.toISOString(),
    current: row.id === currentSessionId,
  }));
}
