import { randomUUID } from "node:crypto";
import pg from "pg";
import type { DatabaseConfig } from "../../config/config";
import { openEmbedded, openInMemory } from "../embedded";
import { migrationPool, type PostgresConfig, withClient } from "../postgres";
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
    openShadow: inMemoryShadow,
    // The lock on the data directory is ours already.
    exclusively: (work) => work(),
    close,
  };
}

async function postgresTarget(config: PostgresConfig): Promise<Target> {
  await createSchema(config);
  const pool = migrationPool(config);
  return {
    pool,
    openShadow: () => createShadow(config),
    exclusively: (work) =>
      withClient(config, async (client) => {
        await client.query("BEGIN");
        // Instead of those that may stand on the role.
        await client.query("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s'");
        await client.query("SELECT pg_advisory_xact_lock($1)", [ADVISORY_LOCK]);
        return work();
      }),
    close: () => pool.end(),
  };
}

/**
 * Our own number, locked by a transaction on a connection of its own: behind a pooler, what a session locked would stay
 * locked for ever.
 */
const ADVISORY_LOCK = 72_707_370;

/** As Prisma's own engine does for the `schema` of a URL. Who may not create one finds it made. */
async function createSchema({ schema, ...config }: PostgresConfig): Promise<void> {
  if (schema === undefined) return;
  await withClient(config, async (client) => {
    const { rowCount } = await client.query("SELECT FROM pg_namespace WHERE nspname = $1", [schema]);
    if (rowCount === 0) await client.query(`CREATE SCHEMA IF NOT EXISTS ${pg.escapeIdentifier(schema)}`);
  });
}

async function createShadow(config: PostgresConfig): ReturnType<OpenShadow> {
  const database = `prisma_migrate_shadow_db_${randomUUID()}`;
  const name = pg.escapeIdentifier(database);
  try {
    await withClient(config, (client) => client.query(`CREATE DATABASE ${name}`));
  } catch (error) {
    // The role that setup-db makes may create no databases.
    if ((error as { code?: string }).code === "42501") return inMemoryShadow();
    throw error;
  }
  const pool = migrationPool({ ...config, database });
  return {
    pool,
    async dispose() {
      await pool.end();
      await withClient(config, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
    },
  };
}

/** Making a database takes seconds and `migrate dev` wants several: the others start as copies of the first. */
let emptyDatabase: Promise<Blob> | undefined;

async function inMemoryShadow(): ReturnType<OpenShadow> {
  emptyDatabase ??= makeEmptyDatabase();
  const { pool, close } = await openInMemory(await emptyDatabase);
  return { pool, dispose: close };
}

async function makeEmptyDatabase(): Promise<Blob> {
  const { pglite, close } = await openInMemory();
  const image = await pglite.dumpDataDir("none");
  await close();
  return image;
}
