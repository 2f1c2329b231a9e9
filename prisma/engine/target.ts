import { randomUUID } from "node:crypto";
import pg from "pg";
import type { DatabaseConfig } from "../../src/config";
import { openEmbedded, openInMemory } from "../../src/db/embedded";
import { connectionOptions, migrationPool, type PostgresConfig } from "../../src/db/postgres";
import type { OpenShadow } from "./adapter";

/** The database the engine works on. */
export type Target = {
  pool: pg.Pool;
  openShadow: OpenShadow;
  /** Runs `work` while no other engine changes the schema. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
};

/** @throws {DatabaseStartError} when the embedded database is in use by another process */
export function openTarget(database: DatabaseConfig): Promise<Target> | Target {
  return database.kind === "embedded" ? embeddedTarget(database.dataDir) : postgresTarget(database);
}

async function embeddedTarget(dataDir: string): Promise<Target> {
  const { pool, close } = await openEmbedded(dataDir);
  return {
    pool,
    openShadow: async () => {
      const shadow = await openInMemory();
      return { pool: shadow.pool, dispose: shadow.close };
    },
    // The lock on the data directory is ours already.
    exclusively: (work) => work(),
    close,
  };
}

function postgresTarget(config: PostgresConfig): Target {
  const pool = migrationPool(config);
  return {
    pool,
    openShadow: () => createShadow(pool, config),
    exclusively: (work) => underAdvisoryLock(pool, work),
    close: () => pool.end(),
  };
}

/** The number Prisma's native engine locks, so that the two respect each other. */
const ADVISORY_LOCK = 72_707_369;

async function underAdvisoryLock<T>(pool: pg.Pool, work: () => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query("SET lock_timeout = '60s'");
    await client.query("SELECT pg_advisory_lock($1)", [ADVISORY_LOCK]);
    return await work();
  } finally {
    // Closing the connection is what gives the lock back, whatever happened.
    client.release(true);
  }
}

async function createShadow(pool: pg.Pool, config: PostgresConfig): ReturnType<OpenShadow> {
  const database = `prisma_migrate_shadow_db_${randomUUID()}`;
  await pool.query(`CREATE DATABASE ${pg.escapeIdentifier(database)}`);
  const shadow = new pg.Pool({ ...connectionOptions(config), database });
  return {
    pool: shadow,
    async dispose() {
      await shadow.end();
      await pool.query(`DROP DATABASE ${pg.escapeIdentifier(database)} WITH (FORCE)`);
    },
  };
}
