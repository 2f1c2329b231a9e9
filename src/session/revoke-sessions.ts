import type { Clock } from "../clock";
import type { Database } from "../db/database";
import { ApiError } from "../errors";

export type RevokeDeps = { database: Database; clock: Clock };

/**
 * Ends one session of a player, its access token included.
 * @throws {ApiError} not_found when it is not theirs or not alive
 */
export async function revokeSession(deps: RevokeDeps, userId: number, sessionId: string): Promise<void> {
  const ended = await revoke(deps, { userId, id: sessionId });
  if (ended === 0) throw new ApiError("not_found");
}

/** Ends every session of a player, the one that asks included. */
export async function revokeAllSessions(deps: RevokeDeps, userId: number): Promise<void> {
  await revoke(deps, { userId });
}

async function revoke(
  { database, clock }: RevokeDeps,
  which: { userId: number; id?: string },
): Promise<number> {
  const { count } = await database.prisma.refreshToken.updateMany({
    where: { ...which, revokedAt: null },
    data: { revokedAt: clock.now() },
  });
  return count;
}
