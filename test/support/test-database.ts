import type pg from "pg";
import { migrationPool, type PostgresConfig } from "../../src/db/postgres";
import { testPostgres } from "./postgres";

export type TestDatabase = {
  config: PostgresConfig;
  /** Asks the database itself, past every proxy. */
  pool: pg.Pool;
  /** The settings that point a server at it; with a port, at a proxy in front of it. */
  env(port?: number): Record<string, string>;
};

/** A migrated database of one's own on the tests' PostgreSQL. */
export async function databaseOf(world: AsyncDisposableStack): Promise<TestDatabase> {
  return reach(world, await (await testPostgres()).createDatabase());
}

/** The same without any migration. */
export async function emptyDatabaseOf(world: AsyncDisposableStack): Promise<TestDatabase> {
  return reach(world, await (await testPostgres()).createEmptyDatabase());
}

export function reach(world: AsyncDisposableStack, config: PostgresConfig): TestDatabase {
  const pool = migrationPool(config);
  pool.on("error", () => {});
  world.defer(() => pool.end());
  return {
    config,
    pool,
    env(port = config.port) {
      const url = new URL(`postgresql://${config.host}:${port}/${config.database}`);
      url.username = config.user;
      url.password = config.password ?? "";
      return { DATABASE_URL: url.href };
    },
  };
}

/** Resolves when some statement of a server waits for a lock. */
export async function waitsForLock({ pool }: Pick<TestDatabase, "pool">): Promise<void> {
  for (;;) {
    const { rowCount } = await pool.query(
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    if (rowCount) return;
    await Bun.sleep(10);
  }
}
