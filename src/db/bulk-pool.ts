import type pg from "pg";
import type { DatabaseConfig } from "../config/config";
import type { Database } from "./database";
import { migrationPool } from "./postgres";

/** Works with one connection on which statements may take as long as they take. */
export async function withBulkPool<T>(
  config: DatabaseConfig,
  database: Database,
  work: (pool: Pick<pg.Pool, "connect">) => Promise<T>,
): Promise<T> {
  // The embedded database has one connection, and no bounds.
  if (config.kind === "embedded") return work(database.pool);
  const pool = migrationPool(config);
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}
