import { setTimeout as sleep } from "node:timers/promises";
import type { AdoptedTokenStore } from "../adopted-tokens/store";
import type { AuditStore } from "../audit/store";
import type { AuthorizationStore } from "../authorization/store";
import type { BanStore } from "../bans/store";
import type { Config } from "../config/config";
import type { DeviceStore } from "../device/store";
import type { IdempotencyKeyStore } from "../idempotency/store";
import { type PurgeDeps, purgeLeavers } from "../leaving/purge";
import type { RateLimitStore } from "../limits/rate-limits";
import { type AccountChangeStore, UNDO_SECONDS } from "../linking/store";
import type { GrantStore } from "../oauth/store";
import type { SessionStore } from "../session/store";
import type { TransferStore } from "../transfer/store";
import type { UserStore } from "../users/store";
import type { WebhookStore } from "../webhooks/store";

/** Rows deleted by one statement, so that no lock is held for long. */
const BATCH_SIZE = 500;
const PAUSE_MS = 50;
const STALE_SIGN_IN_SECONDS = 900;

export type CleanUpDeps = PurgeDeps & {
  accountChanges: AccountChangeStore;
  adoptedTokens: AdoptedTokenStore;
  audit: AuditStore;
  bans: BanStore;
  grants: GrantStore;
  idempotencyKeys: IdempotencyKeyStore;
  sessions: SessionStore;
  users: UserStore;
  authorizations: AuthorizationStore;
  devices: DeviceStore;
  rateLimits: RateLimitStore;
  transfers: TransferStore;
  webhooks: WebhookStore;
};

/**
 * Deletes sessions past their absolute expiry, dead ones included (until then a late replay is still recognised),
 * sign-ins that nobody finished, what has served and expired, answers that are kept no longer, changes that nobody can
 * take back any more, old webhooks, rate limits of windows gone by, what was kept of identities whose ban is long over,
 * players who left and guests who never came back, and looks of names that are free again. Several replicas may do so at
 * once.
 * What cannot be cleaned up keeps nothing else from it.
 * @param stores whose statements keep no request waiting
 * @param onDeleted told how many rows of each kind went
 * @returns how many sessions went
 * @throws {AggregateError} of all that failed
 */
export async function cleanUp(
  {
    accountChanges,
    adoptedTokens,
    audit,
    bans,
    grants,
    idempotencyKeys,
    sessions,
    users,
    authorizations,
    devices,
    rateLimits,
    transfers,
    clock,
    transact,
    webhooks,
  }: CleanUpDeps,
  config: Pick<Config, "audit" | "guests">,
  onDeleted: (rows: number) => void = () => {},
): Promise<number> {
  const tasks = [
    (limit: number) => sessions.deleteExpired(limit),
    (limit: number) => authorizations.deleteStaleLogins(STALE_SIGN_IN_SECONDS, limit),
    (limit: number) => authorizations.deleteStaleRequests(STALE_SIGN_IN_SECONDS, limit),
    (limit: number) => authorizations.deleteExpiredProofs(limit),
    (limit: number) => grants.deleteStaleCodes(STALE_SIGN_IN_SECONDS, limit),
    (limit: number) => transfers.deleteStale(limit),
    (limit: number) => devices.deleteStale(limit),
    (limit: number) => idempotencyKeys.deleteOld(limit),
    (limit: number) => accountChanges.deleteOld(limit),
    (limit: number) => adoptedTokens.deleteExpired(limit),
    (limit: number) => audit.deleteOld(config.audit.retentionSeconds, limit),
    (limit: number) => bans.deleteOld(UNDO_SECONDS, limit),
    (limit: number) => webhooks.deleteOld(limit),
    (limit: number) => rateLimits.deleteEnded(limit),
    (limit: number) => purgeLeavers({ clock, transact, users }, limit),
    (limit: number) => users.purgeGuests(config.guests.purgeAfterSeconds, limit),
    (limit: number) => users.releaseNames(UNDO_SECONDS, limit),
    (limit: number) => users.deleteFreeLooks(limit),
  ];
  const errors: unknown[] = [];
  const deleted: number[] = [];
  for (const task of tasks)
    try {
      const rows = await inBatches(task);
      deleted.push(rows);
      onDeleted(rows);
    } catch (error) {
      errors.push(error);
    }
  if (errors.length > 0) throw new AggregateError(errors);
  const [expiredSessions = 0] = deleted;
  return expiredSessions;
}

/** @returns how many rows went in all */
async function inBatches(deleteSome: (limit: number) => Promise<number>): Promise<number> {
  for (let total = 0; ; await sleep(PAUSE_MS)) {
    const deleted = await deleteSome(BATCH_SIZE);
    total += deleted;
    if (deleted < BATCH_SIZE) return total;
  }
}
