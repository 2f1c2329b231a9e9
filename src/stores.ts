import { type AdoptedTokenStore, createAdoptedTokenStore } from "./adopted-tokens/store";
import { type AuditStore, createAuditStore } from "./audit/store";
import { type AuthorizationStore, createAuthorizationStore } from "./authorization/store";
import { type BanStore, createBanStore } from "./bans/store";
import type { Clock } from "./clock";
import type { Config } from "./config/config";
import type { Database, Statements } from "./db/database";
import { createRunStatement } from "./db/statements";
import { inPreparedTransaction, inTransaction } from "./db/transaction";
import { createDeviceStore, type DeviceStore } from "./device/store";
import { createDoorStore, type DoorStore } from "./door/store";
import { createIdempotencyKeyStore, type IdempotencyKeyStore } from "./idempotency/store";
import { createIdentityStore, type IdentityStore } from "./identity/store";
import { createJoinTicketStore, type JoinTicketStore } from "./join-tickets/store";
import { createRateLimitStore, type RateLimitStore } from "./limits/rate-limits";
import { type AccountChangeStore, createAccountChangeStore } from "./linking/store";
import { createNoteStore, type NoteStore } from "./notes/store";
import { createGrantStore, type GrantStore } from "./oauth/store";
import { createPictureStore, type PictureStore } from "./pictures/store";
import { createProgressStore, type ProgressStore } from "./progress/store";
import { createServerKeyStore, type ServerKeyStore } from "./server-keys/store";
import { createSessionStore, type SessionStore } from "./session/store";
import { createSigningKeyStore, type SigningKeyStore } from "./signing-keys/store";
import { createTransferStore, type TransferStore } from "./transfer/store";
import { createUserStore, type UserStore } from "./users/store";
import { createWebhookStore, type WebhookStore } from "./webhooks/store";

/** One store for every table: whatever is read or written there is a statement of its store. */
export type Stores = {
  accountChanges: AccountChangeStore;
  adoptedTokens: AdoptedTokenStore;
  audit: AuditStore;
  authorizations: AuthorizationStore;
  bans: BanStore;
  devices: DeviceStore;
  door: DoorStore;
  grants: GrantStore;
  idempotencyKeys: IdempotencyKeyStore;
  identities: IdentityStore;
  joinTicketStore: JoinTicketStore;
  notes: NoteStore;
  pictures: PictureStore;
  progress: ProgressStore;
  rateLimits: RateLimitStore;
  serverKeys: ServerKeyStore;
  sessions: SessionStore;
  signingKeys: SigningKeyStore;
  transfers: TransferStore;
  users: UserStore;
  webhooks: WebhookStore;
};

/**
 * @param config when sessions end, and how names change
 * @param statements what their own statements are sent on
 */
export function createStores(
  database: Database,
  clock: Clock,
  { security, names }: Pick<Config, "security" | "names">,
  statements: Statements = database.pool,
): Stores {
  const run = createRunStatement(statements, clock);
  return {
    accountChanges: createAccountChangeStore(run),
    adoptedTokens: createAdoptedTokenStore(run),
    audit: createAuditStore(run),
    authorizations: createAuthorizationStore(run),
    bans: createBanStore(run),
    devices: createDeviceStore(run),
    door: createDoorStore(run),
    grants: createGrantStore(run),
    idempotencyKeys: createIdempotencyKeyStore(run),
    identities: createIdentityStore(run, names),
    joinTicketStore: createJoinTicketStore(run, security),
    notes: createNoteStore(run),
    pictures: createPictureStore(run),
    progress: createProgressStore(run),
    rateLimits: createRateLimitStore(run),
    serverKeys: createServerKeyStore(run),
    sessions: createSessionStore(database, run, security),
    signingKeys: createSigningKeyStore(run),
    transfers: createTransferStore(run),
    users: createUserStore(run, names),
    webhooks: createWebhookStore(run),
  };
}

/**
 * Runs statements of several stores as one transaction: all of them, or none when `work` throws. `often` for what runs so
 * often that its statements are worth preparing; that `work` may be called twice, of which the first came to nothing.
 */
export type Transact = <T>(work: (stores: Stores) => Promise<T>, options?: { often?: boolean }) => Promise<T>;

export function createTransact(
  database: Database,
  clock: Clock,
  config: Pick<Config, "security" | "names">,
): Transact {
  return (work, { often = false } = {}) => {
    const run = often ? inPreparedTransaction : inTransaction;
    return run(database.pool, (statements) => work(createStores(database, clock, config, statements)));
  };
}
