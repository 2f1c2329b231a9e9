import { CLOCK, type RunStatement } from "../db/statements";

/** The table that counts where `rate_limit_store` is `postgres`. Its columns are those of rate-limiter-flexible. */
export const RATE_LIMITS = "rate_limits";

const DELETE_ENDED = `
  DELETE FROM ${RATE_LIMITS} WHERE key IN (
    SELECT r.key FROM ${RATE_LIMITS} AS r, ${CLOCK}
    WHERE r.expire < extract(epoch FROM clock.now) * 1000 LIMIT $2
    FOR UPDATE OF r SKIP LOCKED)`;

export type RateLimitStore = ReturnType<typeof createRateLimitStore>;

/** Our own statements on `rate_limits`; counting is rate-limiter-flexible's. */
export function createRateLimitStore(run: RunStatement) {
  return {
    /**
     * Deletes up to so many counts of windows gone by.
     * @returns how many
     */
    async deleteEnded(limit: number): Promise<number> {
      return (await run("delete_ended_rate_limits", DELETE_ENDED, [limit])).rowCount;
    },
  };
}
