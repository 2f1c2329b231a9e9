import { type AuditStore, createAuditStore } from "./audit/store";
import { type AuthorizationStore, createAuthorizationStore } from "./authorization/store";
import type { Clock } from "./clock";
import type { Config } from "./config/config";
import type { Database, Statements } from "./db/database";
import { createRunStatement } from "./db/statements";
import { inTransaction } from "./db/transaction";
import { createDeviceStore, type DeviceStore } from "./device/store";
import { createIdentityStore, type IdentityStore } from "./identity/store";
import { createRateLimitStore, type RateLimitStore } from "./limits/rate-limits";
import { type AccountChangeStore, createAccountChangeStore } from "./linking/store";
import { createGrantStore, type GrantStore } from "./oauth/store";
import { createPictureStore, type PictureStore } from "./pictures/store";
import { createServerKeyStore, type ServerKeyStore } from "./server-keys/store";
import { createSessionStore, type SessionStore } from "./session/store";
import { createSigningKeyStore, type SigningKeyStore } from "./signing-keys/store";
import { createTransferStore, type TransferStore } from "./transfer/store";
import { createUserStore, type UserStore } from "./users/store";

/** One store for every table: whatever is read or written there is a statement of its store. */
export type Stores = {
  accountChanges: AccountChangeStore;
  audit: AuditStore;
  authorizations: AuthorizationStore;
  devices: DeviceStore;
  grants: GrantStore;
  identities: IdentityStore;
  pictures: PictureStore;
  rateLimits: RateLimitStore;
  serverKeys: ServerKeyStore;
  sessions: SessionStore;
  signingKeys: SigningKeyStore;
  transfers: TransferStore;
  users: UserStore;
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
    audit: createAuditStore(run),
    authorizations: createAuthorizationStore(run),
    devices: createDeviceStore(run),
    grants: createGrantStore(run),
    identities: createIdentityStore(run, names),
    pictures: createPictureStore(run),
    rateLimits: createRateLimitStore(run),
    serverKeys: createServerKeyStore(run),
    sessions: createSessionStore(database, run, security),
    signingKeys: createSigningKeyStore(run),
    transfers: createTransferStore(run),
    users: createUserStore(run, names),
  };
}

/** Runs statements of several stores as one transaction: all of them, or none when `work` throws. */
export type Transact = <T>(work: (stores: Stores) => Promise<T>) => Promise<T>;

export function createTransact(
  database: Database,
  clock: Clock,
  config: Pick<Config, "security" | "names">,
): Transact {
  return (work) =>
    inTransaction(database.pool, (statements) => work(createStores(database, clock, config, statements)));
}
