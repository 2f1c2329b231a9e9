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
  // The audit's trigger goes by the database's own time, which the tests' clock may be ahead of.
  const aheadSeconds = Math.max(0, (clock.now().getTime() - Date.now()) / 1_000);
  const audit = { retentionSeconds: config.audit.retentionSeconds + aheadSeconds };
  const deps = { ...stores, clock, transact: createTransact(database, clock, config) };
  return cleanUp(deps, { ...config, audit });
}
