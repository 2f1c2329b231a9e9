import { randomBytes } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { loadDatabaseConfig } from "../../src/config/config";
import { applyMigrations } from "../../src/db/migrations";
import { migrationPool, type PostgresConfig, withClient } from "../../src/db/postgres";

export type TestPostgres = {
  /** A role that may create roles and databases. */
  superuser: PostgresConfig;
  /** A fresh database with all migrations applied, owned by a plain role. Dropped when the tests end. */
  createDatabase(): Promise<PostgresConfig>;
  /** The same without any migration. */
  createEmptyDatabase(): Promise<PostgresConfig>;
};

/**
 * Whether tests can run on PostgreSQL here: `describe.skipIf(!postgresAvailable())` shows them as skipped.
 * @throws in CI (`CI=true`), where they may never be skipped
 */
export function postgresAvailable(): boolean {
  const available = Boolean(process.env.TEST_DATABASE_URL) || binaries() !== null;
  if (!available && process.env.CI === "true")
    throw new Error(
      "In CI the tests must run on PostgreSQL, and neither TEST_DATABASE_URL nor initdb is there.",
    );
  return available;
}

let running: Promise<TestPostgres> | undefined;

/**
 * The PostgreSQL of this test run: the one that `TEST_DATABASE_URL` names (its role must be allowed to create
 * databases), else a throwaway cluster made of the installed binaries, on 127.0.0.1.
 */
export function testPostgres(): Promise<TestPostgres> {
  running ??= process.env.TEST_DATABASE_URL ? onServer(process.env.TEST_DATABASE_URL) : onThrowawayCluster();
  return running;
}

async function onThrowawayCluster(): Promise<TestPostgres> {
  const port = await freePort();
  const password = randomBytes(12).toString("hex");
  const script = [join(import.meta.dirname, "postgres-cluster.sh"), binaries() ?? "", String(port), password];
  const cluster = Bun.spawn([...asPostgresUser(), "sh", ...script], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
    cwd: "/",
  });
  cluster.unref();
  const { value } = await cluster.stdout.getReader().read();
  if (!value) throw new Error("The test cluster did not start.");
  const superuser: PostgresConfig = {
    kind: "postgres",
    host: "127.0.0.1",
    port,
    user: "postgres",
    database: "postgres",
    password,
    poolSize: 10,
  };
  const owner = { user: "account_server", password: "owner-password" };
  await withClient(superuser, (client) =>
    client.query(`CREATE ROLE ${owner.user} LOGIN CREATEDB PASSWORD ${pg.escapeLiteral(owner.password)}`),
  );
  return databasesOn(superuser, { ...superuser, ...owner }, () => {});
}

/** What a command starts with when root runs it, as whom PostgreSQL refuses to run. Found without the PATH of root. */
export function asPostgresUser(): string[] {
  if (process.getuid?.() !== 0) return [];
  return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"];
}

async function onServer(url: string): Promise<TestPostgres> {
  const config = loadDatabaseConfig({ cwd: tmpdir(), env: { DATABASE_URL: url } }) as PostgresConfig;
  // Outlives us by a moment, so that it also cleans up after a test run that was killed.
  const janitor = Bun.spawn(["bun", join(import.meta.dirname, "drop-databases.ts")], {
    stdin: "pipe",
    env: { ...process.env, DATABASE_URL: url },
  });
  janitor.unref();
  return databasesOn(config, config, (name) => {
    janitor.stdin.write(`${name}\n`);
    janitor.stdin.flush();
  });
}

/** Makes databases that belong to `owner`; migrated ones are copies of a template. */
function databasesOn(
  superuser: PostgresConfig,
  owner: PostgresConfig,
  onCreate: (name: string) => void,
): TestPostgres {
  const prefix = `account_server_test_${process.pid}_${randomBytes(3).toString("hex")}`;
  let count = 0;
  let template: Promise<string> | undefined;
  const create = async (from: string): Promise<PostgresConfig> => {
    const database = `${prefix}_${count++}`;
    onCreate(database);
    await withClient(superuser, (client) =>
      client.query(`CREATE DATABASE ${database} TEMPLATE ${from} OWNER ${pg.escapeIdentifier(owner.user)}`),
    );
    return { ...owner, database };
  };
  const migrated = async () => {
    const config = await create("template0");
    const pool = migrationPool(config);
    await applyMigrations(pool);
    await pool.end();
    return config.database;
  };
  return {
    superuser,
    createEmptyDatabase: () => create("template0"),
    async createDatabase() {
      template ??= migrated();
      return create(await template);
    },
  };
}

export function binaries(): string | null {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = versions.map((version) => join(debian, version, "bin"));
  const installed = folders.find((folder) => existsSync(join(folder, "initdb")));
  const onPath = Bun.which("initdb");
  return installed ?? (onPath ? join(onPath, "..") : null);
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
