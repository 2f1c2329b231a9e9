import { describe } from "bun:test";
import { createDatabase, type Database, openDatabase } from "../../src/db/database";
import { openInMemory } from "../../src/db/embedded";
import { applyMigrations } from "../../src/db/migrations";
import { postgresAvailable, testPostgres } from "./postgres";

/** Opens an empty, migrated database of the caller's own; closing it is the caller's part. */
export type OpenDatabase = () => Promise<Database>;

/** Runs the same tests on the embedded database and on PostgreSQL (skipped where that is not installed). */
export function forEachDatabase(tests: (open: OpenDatabase, kind: Database["kind"]) => void): void {
  describe("embedded", () => tests(openEmbeddedForTest, "embedded"));
  describe.skipIf(!postgresAvailable())("postgres", () => tests(openPostgresForTest, "postgres"));
}

export const openPostgresForTest: OpenDatabase = async () =>
  openDatabase(await (await testPostgres()).createDatabase());

/** Making an embedded database takes seconds: the first is kept in memory and, emptied, serves the next test file. */
const idle: Database[] = [];

export const openEmbeddedForTest: OpenDatabase = async () => {
  const database = idle.pop() ?? (await makeEmbedded());
  const { rows } = await database.pool.query(
    "SELECT string_agg(quote_ident(tablename), ', ') AS tables FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'",
  );
  // The audit's own triggers refuse what no server does.
  await database.pool.query(
    `SET session_replication_role = replica; TRUNCATE ${rows[0].tables} RESTART IDENTITY CASCADE;
     SET session_replication_role = DEFAULT`,
  );
  return {
    ...database,
    async close() {
      idle.push(database);
    },
  };
};

async function makeEmbedded(): Promise<Database> {
  const { pool, close } = await openInMemory();
  await applyMigrations(pool);
  return createDatabase(pool, "embedded", "public", close);
}
