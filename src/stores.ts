import { type AuthorizationStore, createAuthorizationStore } from "./authorization/store";
import type { Clock } from "./clock";
import type { SecurityConfig } from "./config/config";
import type { Database, Statements } from "./db/database";
import { createRunStatement } from "./db/statements";
import { createIdentityStore, type IdentityStore } from "./identity/store";
import { createRateLimitStore, type RateLimitStore } from "./limits/rate-limits";
import { createPictureStore, type PictureStore } from "./pictures/store";
import { createSessionStore, type SessionStore } from "./session/store";
import { createTransferStore, type TransferStore } from "./transfer/store";
import { createUserStore, type UserStore } from "./users/store";

/** One store for every table: whatever is read or written there is a statement of its store. */
export type Stores = {
  authorizations: AuthorizationStore;
  identities: IdentityStore;
  pictures: PictureStore;
  rateLimits: RateLimitStore;
  sessions: SessionStore;
  transfers: TransferStore;
  users: UserStore;
};

/**
 * @param policy when sessions end
 * @param statements what their own statements are sent on
 */
export function createStores(
  database: Database,
  clock: Clock,
  policy: SecurityConfig,
  statements: Statements = database.pool,
): Stores {
  const run = createRunStatement(statements, clock);
  return {
    authorizations: createAuthorizationStore(run),
    identities: createIdentityStore(run),
    pictures: createPictureStore(run),
    rateLimits: createRateLimitStore(run),
    sessions: createSessionStore(database, run, policy),
    transfers: createTransferStore(run),
    users: createUserStore(run),
  };
}
