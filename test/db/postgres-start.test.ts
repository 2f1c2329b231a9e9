import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { openDatabase } from "../../src/db/database";
import { DatabaseStartError } from "../../src/db/errors";
import { type PostgresConfig, withClient } from "../../src/db/postgres";
import { postgresAvailable, testPostgres } from "../support/postgres";
import { startTcpProxy } from "../support/tcp-proxy";

async function refusal(config: PostgresConfig): Promise<string> {
  const error = await openDatabase(config).then(
    async (database) => {
      await database.close();
      return new Error("It opened.");
    },
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(DatabaseStartError);
  return error.message;
}

describe.skipIf(!postgresAvailable())("starting on PostgreSQL", () => {
  let config: PostgresConfig;
  let where: string;
  beforeAll(async () => {
    config = await (await testPostgres()).createDatabase();
    where = `${config.host}:${config.port}`;
  }, 60_000);

  const record = (sql: string) => withClient(config, (client) => client.query(sql));

  test("nobody listens there", async () => {
    const proxy = await startTcpProxy(config.port);
    await proxy.close();
    expect(await refusal({ ...config, port: proxy.port })).toBe(
      `PostgreSQL does not answer at ${config.host}:${proxy.port} (ECONNREFUSED).`,
    );
  });

  test("somebody listens and says nothing", async () => {
    const proxy = await startTcpProxy(config.port);
    proxy.silent = true;
    expect(await refusal({ ...config, port: proxy.port })).toStartWith("PostgreSQL does not answer at");
    await proxy.close();
  }, 10_000);

  test("a host that does not exist", async () => {
    expect(await refusal({ ...config, host: "database.invalid" })).toStartWith(
      `PostgreSQL does not answer at database.invalid:${config.port}`,
    );
  }, 10_000);

  test("the password is wrong: said, and not repeated", async () => {
    expect(await refusal({ ...config, password: "wrong-secret" })).toBe(
      `PostgreSQL at ${where} refuses the password of role "${config.user}".`,
    );
  });

  test("the password is missing", async () => {
    const { password: _, ...without } = config;
    expect(await refusal(without)).toBe(
      `PostgreSQL at ${where} asks for the password of role "${config.user}", and none is set.`,
    );
  });

  test("the database is missing: setup-db is named", async () => {
    expect(await refusal({ ...config, database: "no_such_database" })).toBe(
      `The database "no_such_database" does not exist at ${where}; "bun run setup-db" creates it.`,
    );
  });

  test("TLS is wanted and the server has none", async () => {
    expect(await refusal({ ...config, sslmode: "require" })).toBe(
      `PostgreSQL at ${where} offers no TLS; turn it on there, or set DB_SSLMODE to disable where the network is trusted.`,
    );
  });

  test("migrations are pending: nothing is applied, the command is named", async () => {
    const empty = await (await testPostgres()).createEmptyDatabase();
    expect(await refusal(empty)).toMatch(
      /^The database lacks \d+ migrations?; run "bunx prisma migrate deploy"\.$/,
    );
    const { rowCount } = await withClient(empty, (client) =>
      client.query("SELECT FROM pg_tables WHERE schemaname = 'public'"),
    );
    expect(rowCount).toBe(0);
  });

  test("a migration failed half-way", async () => {
    await record(
      "INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('f', '', '2_failed')",
    );
    expect(await refusal(config)).toBe(
      'The migration 2_failed failed half-way; see "bunx prisma migrate status".',
    );
    await record("UPDATE _prisma_migrations SET rolled_back_at = now() WHERE id = 'f'");
    await (await openDatabase(config)).close();
  });

  test("a migration that this server does not know is a warning: replicas are replaced one by one", async () => {
    await record(
      "INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('n', '', '9_newer', now())",
    );
    const warnings: string[] = [];
    const database = await openDatabase(config, { onWarning: (line) => warnings.push(line) });
    expect(warnings).toEqual(["The database is newer than this server: 9_newer."]);
    await database.close();
  });

  afterAll(() => record("DELETE FROM _prisma_migrations WHERE id IN ('f', 'n')"));
});
