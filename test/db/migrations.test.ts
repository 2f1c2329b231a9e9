import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseConfig } from "../../src/config";
import { openDatabase } from "../../src/db/database";
import { type PostgresConfig, withClient } from "../../src/db/postgres";
import { postgresAvailable, testPostgres } from "../support/postgres";
import { prismaCli } from "../support/prisma-cli";
import { insertUser } from "../support/tables";
import { temporaryFolder } from "../support/temporary";

const MIGRATIONS = readdirSync(join(import.meta.dirname, "../../prisma/migrations")).filter((name) =>
  /^\d/.test(name),
);

/** What the Prisma CLI does in a new clone, from nothing to a database in use. */
function cliSuite(config: () => Promise<DatabaseConfig>): void {
  const home = temporaryFolder();
  let database: DatabaseConfig;
  beforeAll(async () => {
    database = await config();
  }, 60_000);
  afterAll(() => home[Symbol.dispose]());
  const prisma = (...args: string[]) => prismaCli(database, home.path, ...args);

  test("migrate status says what is pending", async () => {
    const { exitCode, output } = await prisma("migrate", "status");
    expect(output).toContain("not yet been applied");
    for (const name of MIGRATIONS) expect(output).toContain(name);
    expect(exitCode).toBe(1);
  }, 60_000);

  test("migrate deploy applies it, once", async () => {
    const first = await prisma("migrate", "deploy");
    expect(first.output).toContain("All migrations have been successfully applied");
    expect(first.exitCode).toBe(0);
    const second = await prisma("migrate", "deploy");
    expect(second.output).toContain("No pending migrations to apply");
    expect(second.exitCode).toBe(0);
  }, 60_000);

  test("migrate status is content then", async () => {
    const { exitCode, output } = await prisma("migrate", "status");
    expect(output).toContain("Database schema is up to date!");
    expect(exitCode).toBe(0);
  }, 60_000);

  test("the migrations build exactly what schema.prisma describes", async () => {
    const { exitCode, output } = await prisma(
      "migrate",
      "diff",
      "--from-config-datasource",
      "--to-schema",
      "prisma/schema.prisma",
      "--exit-code",
    );
    expect(output).toContain("No difference detected");
    expect(exitCode).toBe(0);
  }, 60_000);

  test("the server serves what the CLI made", async () => {
    const opened = await openDatabase(database);
    await insertUser(opened.pool, "through-the-server");
    await opened.close();
  }, 20_000);

  test("no command wrote an engine into the home or a password anywhere", async () => {
    const { output } = await prisma("migrate", "status");
    const files = readdirSync(home.path, { recursive: true }).map(String);
    expect(files.filter((file) => file.includes("engine"))).toEqual([]);
    if (database.kind === "postgres") expect(output).not.toContain(database.password ?? "");
  }, 60_000);
}

describe("the Prisma CLI on the embedded database", () => {
  const folder = temporaryFolder();
  afterAll(() => folder[Symbol.dispose]());
  cliSuite(async () => ({ kind: "embedded", dataDir: join(folder.path, "data") }));

  test("is told who has it open", async () => {
    const config = { kind: "embedded", dataDir: join(folder.path, "data") } as const;
    const database = await openDatabase(config);
    const { exitCode, output } = await prismaCli(config, folder.path, "migrate", "status");
    expect(output).toContain(`in use by process ${process.pid}`);
    expect(exitCode).toBe(1);
    await database.close();
  }, 60_000);
});

describe.skipIf(!postgresAvailable())("the Prisma CLI on PostgreSQL", () => {
  cliSuite(async () => (await testPostgres()).createEmptyDatabase());

  test("S60 five replicas that migrate at once apply each migration once", async () => {
    using home = temporaryFolder();
    const config = await (await testPostgres()).createEmptyDatabase();
    const runs = await Promise.all(
      Array.from({ length: 5 }, () => prismaCli(config, home.path, "migrate", "deploy")),
    );
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0, 0]);
    expect(await recorded(config)).toEqual(MIGRATIONS);
  }, 120_000);
});

async function recorded(config: PostgresConfig): Promise<string[]> {
  const { rows } = await withClient(config, (client) =>
    client.query("SELECT migration_name AS name FROM _prisma_migrations ORDER BY started_at"),
  );
  return rows.map(({ name }) => name);
}
