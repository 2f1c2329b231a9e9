import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cpSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseConfig } from "../../src/config/config";
import { openDatabase } from "../../src/db/database";
import { openEmbedded } from "../../src/db/embedded";
import { type PostgresConfig, withClient } from "../../src/db/postgres";
import { postgresAvailable, testPostgres } from "../support/postgres";
import { prismaCli } from "../support/prisma-cli";
import { insertUser } from "../support/tables";
import { temporaryFolder } from "../support/temporary";

function migrations(): string[] {
  const names = readdirSync(join(import.meta.dirname, "../../prisma/migrations"));
  return names.filter((name) => /^\d/.test(name)).sort();
}

const MIGRATIONS = migrations();

/** What the Prisma CLI does in a new clone, from nothing to a database in use. */
function cliSuite(emptyDatabase: () => Promise<DatabaseConfig>): void {
  let home: ReturnType<typeof temporaryFolder>;
  let database: DatabaseConfig;
  beforeAll(async () => {
    home = temporaryFolder();
    database = await emptyDatabase();
  }, 120_000);
  afterAll(() => home[Symbol.dispose]());
  const prisma = (...args: string[]) => prismaCli(database, home.path, ...args);

  test("migrate status says what is pending", async () => {
    const { exitCode, output } = await prisma("migrate", "status");
    expect(output).toContain("not yet been applied");
    for (const name of MIGRATIONS) expect(output).toContain(name);
    expect(exitCode).toBe(1);
  }, 120_000);

  test("migrate deploy applies it, and migrate status is content", async () => {
    const deploy = await prisma("migrate", "deploy");
    expect(deploy.output).toContain("All migrations have been successfully applied");
    expect(deploy.exitCode).toBe(0);
    const status = await prisma("migrate", "status");
    expect(status.output).toContain("Database schema is up to date!");
    expect(status.exitCode).toBe(0);
  }, 120_000);

  test("the server serves what the CLI made", async () => {
    const opened = await openDatabase(database);
    await insertUser(opened.pool, "through-the-server");
    await opened.close();
  }, 60_000);

  test("migrate dev brings an empty database into step with schema.prisma, and leaves no file behind", async () => {
    const before = migrations();
    const { exitCode, output } = await prismaCli(await emptyDatabase(), home.path, "migrate", "dev");
    expect(output).toContain("Your database is now in sync with your schema.");
    expect(exitCode).toBe(0);
    expect(migrations()).toEqual(before);
  }, 120_000);

  test("none of this put an engine into the home", () => {
    const files = readdirSync(home.path, { recursive: true }).map(String);
    expect(files.filter((file) => /engine/.test(file))).toEqual([]);
  });
}

describe("the Prisma CLI on the embedded database", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let template: string;
  let count = 0;
  beforeAll(async () => {
    folder = temporaryFolder();
    template = join(folder.path, "template");
    await (await openEmbedded(template)).close();
  }, 60_000);
  afterAll(() => folder[Symbol.dispose]());
  cliSuite(async () => {
    const dataDir = join(folder.path, `data-${count++}`);
    cpSync(template, dataDir, { recursive: true });
    return { kind: "embedded", dataDir };
  });

  test("is told who has it open", async () => {
    const config = { kind: "embedded", dataDir: join(folder.path, "data-0") } as const;
    const database = await openDatabase(config);
    const { exitCode, output } = await prismaCli(config, folder.path, "migrate", "status");
    expect(output).toContain(`in use by process ${process.pid}`);
    expect(exitCode).toBe(1);
    await database.close();
  }, 120_000);
});

describe.skipIf(!postgresAvailable())("the Prisma CLI on PostgreSQL", () => {
  cliSuite(async () => (await testPostgres()).createEmptyDatabase());

  test("S60 three replicas that migrate at once apply each migration once", async () => {
    using home = temporaryFolder();
    const config = await (await testPostgres()).createEmptyDatabase();
    const runs = await Promise.all(
      Array.from({ length: 3 }, () => prismaCli(config, home.path, "migrate", "deploy")),
    );
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    expect(await recorded(config)).toEqual(MIGRATIONS);
  }, 120_000);
});

async function recorded(config: PostgresConfig): Promise<string[]> {
  const { rows } = await withClient(config, (client) =>
    client.query("SELECT migration_name AS name FROM _prisma_migrations ORDER BY started_at"),
  );
  return rows.map(({ name }) => name);
}
