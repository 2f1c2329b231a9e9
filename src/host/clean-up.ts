import type { AuthorizationStore } from "../authorization/store";
import type { RateLimitStore } from "../limits/rate-limits";
import type { SessionStore } from "../session/store";

/** Rows deleted by one statement, so that no lock is held for long. */
const BATCH_SIZE = 500;
const PAUSE_MS = 50;
const STALE_SIGN_IN_SECONDS = 900;

export type CleanUpDeps = {
  sessions: SessionStore;
  authorizations: AuthorizationStore;
  rateLimits: RateLimitStore;
};

/**
 * Deletes sessions past their absolute expiry, dead ones included (until then a late replay is still
 * recognised), sign-ins that nobody finished and rate limits of windows gone by. Several replicas may do so at once.
 * @returns how many sessions went
 */
export async function cleanUp({ sessions, authorizations, rateLimits }: CleanUpDeps): Promise<number> {
  await inBatches((limit) => authorizations.deleteStaleRequests(STALE_SIGN_IN_SECONDS, limit));
  await inBatches((limit) => authorizations.deleteStaleLogins(STALE_SIGN_IN_SECONDS, limit));
  await inBatches((limit) => rateLimits.deleteEnded(limit));
  return inBatches((limit) => sessions.deleteExpired(limit));
}

/** @returns how many rows went in all */
async function inBatches(deleteSome: (limit: number) => Promise<number>): Promise<number> {
  for (let total = 0; ; await Bun.sleep(PAUSE_MS)) {
    const deleted = await deleteSome(BATCH_SIZE);
    total += deleted;
    if (deleted < BATCH_SIZE) return total;
  }
}
