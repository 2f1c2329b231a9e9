import { describe } from "bun:test";
import { createDatabase, type Database, openDatabase } from "../../src/db/database";
import { openInMemory } from "../../src/db/embedded";
import { applyMigrations } from "../../src/db/migrations";
import type { PostgresConfig } from "../../src/db/postgres";
import { imageOfThisRun } from "./embedded-image";
import { postgresAvailable, testPostgres } from "./postgres";
import { TEST_RUNTIME } from "./test-runtime";

/** Opens an empty, migrated database of the caller's own; closing it is the caller's part. */
export type OpenDatabase = () => Promise<Database>;

/** Runs the same tests on the embedded database and on PostgreSQL (skipped where that is not installed). */
export function forEachDatabase(tests: (open: OpenDatabase, kind: Database["kind"]) => void): void {
  // A server in another process cannot have the database in this one.
  if (!TEST_RUNTIME) describe("embedded", () => tests(openEmbeddedForTest, "embedded"));
  describe.skipIf(!postgresAvailable())("postgres", () => tests(openPostgresForTest, "postgres"));
}

const configs = new WeakMap<Database, PostgresConfig>();

export const openPostgresForTest: OpenDatabase = async () => {
  const config = await (await testPostgres()).createDatabase();
  const database = await openDatabase(config);
  configs.set(database, config);
  return database;
};

/** How another process reaches a database of {@link openPostgresForTest}; undefined for any other. */
export function configOf(database: Database): PostgresConfig | undefined {
  return configs.get(database);
}

/** Making an embedded database takes seconds: the first is kept in memory and, emptied, serves the next test file. */
const idle: Database[] = [];

export const openEmbeddedForTest: OpenDatabase = async () => {
  const database = idle.pop() ?? (await makeEmbedded());
  const { rows } = await database.pool.query(
    "SELECT string_agg(quote_ident(tablename), ', ') AS tables FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'",
  );
  // Whose triggers would keep some of it.
  await database.pool.query("SET session_replication_role = replica");
  await database.pool.query(`TRUNCATE ${rows[0].tables} RESTART IDENTITY CASCADE`);
  await database.pool.query("RESET session_replication_role");
  return {
    ...database,
    async close() {
      idle.push(database);
    },
  };
};

async function makeEmbedded(): Promise<Database> {
  const image = imageOfThisRun();
  const { pool, close } = await openInMemory(image ? Bun.file(image) : undefined);
  if (!image) await applyMigrations(pool);
  return createDatabase(pool, "embedded", "public", close);
}
