import type { PostgresConfig } from "../../src/db/postgres";
import { spawnPgbouncer } from "../support/pgbouncer";
import { freePort } from "../support/postgres";
import { endEngine, engineFolder } from "./engine";
import type { Ground } from "./ground";

/** Beside what the servers need: how soon it notices that there is a leader again. */
const SETTINGS = {
  pool_mode: "transaction",
  default_pool_size: 30,
  max_client_conn: 500,
  // 15 s by default, which a failover would last longer.
  server_login_retry: 1,
  server_connect_timeout: 3,
  // As long as a server waits for an answer.
  query_wait_timeout: 3,
} as const;

export type Pgbouncer = {
  /** The way to the database through it. */
  config: PostgresConfig;
  /** Ends it with all its connections, and starts it anew. */
  restart(): Promise<void>;
};

/** PgBouncer in transaction mode, on the way to a database. */
export async function startPgbouncer({ world, home }: Ground, database: PostgresConfig): Promise<Pgbouncer> {
  const folder = engineFolder(home, "pgbouncer", true);
  const port = await freePort();
  const spawn = () => spawnPgbouncer(folder, database, port, SETTINGS);
  let child = spawn();
  world.defer(() => endEngine(child, "SIGTERM"));
  return {
    config: { ...database, port },
    async restart() {
      await endEngine(child, "SIGTERM");
      child = spawn();
    },
  };
}
