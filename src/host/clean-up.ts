import type { Clock } from "../clock";
import type { SecurityConfig } from "../config/config";
import type { Database } from "../db/database";
import { uuidv7Floor } from "../session/uuidv7";

/** Rows deleted by one statement, so that no lock is held for long. */
const BATCH_SIZE = 500;
const PAUSE_MS = 50;
const SIGN_IN_LIFETIME_SECONDS = 900;

export type CleanUpDeps = { database: Database; clock: Clock; policy: SecurityConfig };

/**
 * Deletes sessions past their absolute expiry, dead ones included (until then a late replay is still
 * recognised), sign-ins that nobody finished and rate limits of windows gone by. Several replicas may do so at once.
 * Plain statements: Prisma's query engine takes 35 MB from its first use on, and this one comes on every server.
 * @returns how many sessions went
 */
export async function cleanUp({ database, clock, policy }: CleanUpDeps): Promise<number> {
  const ago = (seconds: number) => new Date(clock.now().getTime() - seconds * 1_000);
  const stale = ago(SIGN_IN_LIFETIME_SECONDS);
  await database.pool.query("DELETE FROM authorization_requests WHERE created_at < $1", [stale]);
  await database.pool.query("DELETE FROM login_codes WHERE created_at < $1", [stale]);
  await database.pool.query("DELETE FROM rate_limits WHERE expire < $1", [clock.now().getTime()]);

  const expired = ago(policy.sessionMaxSeconds);
  for (let total = 0; ; await Bun.sleep(PAUSE_MS)) {
    // Ids are UUIDv7, so the primary key is in order of time and no further index is needed.
    const { rowCount } = await database.pool.query({
      name: "delete_expired_sessions",
      text: `DELETE FROM refresh_tokens WHERE id IN (
        SELECT id FROM refresh_tokens WHERE id < $1 AND created_at < $2 ORDER BY id LIMIT $3
        FOR UPDATE SKIP LOCKED)`,
      values: [uuidv7Floor(expired), expired, BATCH_SIZE],
    });
    total += rowCount ?? 0;
    if ((rowCount ?? 0) < BATCH_SIZE) return total;
  }
}
