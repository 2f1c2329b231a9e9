import type { Clock } from "../../src/clock";
import type { Config } from "../../src/config/config";
import type { Database } from "../../src/db/database";
import { cleanUp } from "../../src/host/clean-up";
import { createStores, createTransact } from "../../src/stores";

/** One round of the clean-up, as a server does it every minute. */
export function cleanUpAt({
  database,
  clock,
  config,
}: {
  database: Database;
  clock: Clock;
  config: Config;
}): Promise<number> {
  const stores = createStores(database, clock, config, database.background);
  return cleanUp({ ...stores, clock, transact: createTransact(database, clock, config) }, config);
}
