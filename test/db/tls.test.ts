import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { tmpdir } from "node:os";
import { loadDatabaseConfig } from "../../src/config/config";
import { openDatabase } from "../../src/db/database";
import { type PostgresConfig, servingPool, withClient } from "../../src/db/postgres";
import { postgresAvailable, testPostgres } from "../support/postgres";
import { rejection } from "../support/rejection";
import { startTlsPostgres, type TlsPostgres } from "../support/tls-postgres";

setDefaultTimeout(60_000);

describe.skipIf(!postgresAvailable())("sslmode to a PostgreSQL that speaks TLS", () => {
  let postgres: TlsPostgres;
  beforeAll(async () => {
    postgres = await startTlsPostgres();
  });
  afterAll(() => postgres?.remove());

  /** As DATABASE_URL says it. */
  const configured = (parameters: Record<string, string>, { host = "localhost", user = "postgres" } = {}) => {
    const query = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    const DATABASE_URL = `postgresql://${user}@${host}:${postgres.config.port}/postgres?${query.join("&")}`;
    return loadDatabaseConfig({ cwd: tmpdir(), env: { DATABASE_URL } }) as PostgresConfig;
  };
  const encrypted = (config: PostgresConfig) => withClient(config, isEncrypted);
  const ca = () => ({ sslrootcert: postgres.files.ca });
  const strangerCa = () => ({ sslrootcert: postgres.files.strangerCa });

  test.each([
    ["disable", false],
    ["allow", true],
    ["prefer", true],
    ["require", true],
  ] as const)("%s connects, encrypted: %p", async (sslmode, expected) => {
    expect(await encrypted(configured({ sslmode }))).toBe(expected);
  });

  test.each(["require", "verify-ca", "verify-full"])(
    "%s takes a certificate of the authority",
    async (sslmode) => {
      expect(await encrypted(configured({ sslmode, ...ca() }))).toBe(true);
    },
  );

  test.each(["require", "verify-ca", "verify-full"])(
    "%s refuses a certificate of another",
    async (sslmode) => {
      expect((await rejection(encrypted(configured({ sslmode, ...strangerCa() })))).message).toMatch(
        UNTRUSTED,
      );
    },
  );

  test("verify-full without a file of its own trusts public authorities only", async () => {
    expect((await rejection(encrypted(configured({ sslmode: "verify-full" })))).message).toMatch(UNTRUSTED);
    expect(
      (await rejection(encrypted(configured({ sslmode: "verify-full", sslrootcert: "system" })))).message,
    ).toMatch(UNTRUSTED);
  });

  test("verify-full refuses another's name on the certificate, and verify-ca does not look", async () => {
    const at = { host: "127.0.0.1" };
    expect((await rejection(encrypted(configured({ sslmode: "verify-full", ...ca() }, at)))).message).toMatch(
      /does not match/,
    );
    expect(await encrypted(configured({ sslmode: "verify-ca", ...ca() }, at))).toBe(true);
    expect(await encrypted(configured({ sslmode: "require", ...ca() }, at))).toBe(true);
  });

  test.each([
    ["an authority that is not known", "localhost", strangerCa],
    ["another's name on it", "127.0.0.1", ca],
  ])(
    "a certificate that is refused at the start, for %s, names the settings to look at",
    async (_why, host, by) => {
      const config = configured({ sslmode: "verify-full", ...by() }, { host });
      const error = await openDatabase(config).catch((thrown) => thrown);
      expect(error.message).toStartWith(
        `The certificate of PostgreSQL at ${host}:${config.port} is refused: `,
      );
      expect(error.message).toEndWith(
        "; set DB_SSLROOTCERT to the file of the authority that signed it, or DB_SSLMODE to a mode that checks less.",
      );
    },
  );

  test("a password that is asked for in clear is sent over TLS", async () => {
    const config = {
      ...configured({ sslmode: "require" }, { host: "0.0.0.0", user: "asked" }),
      password: "in-the-dark",
    };
    expect(await encrypted(config)).toBe(true);
  });

  test("a role that must show a certificate is let in with it, and not without", async () => {
    const { cert: sslcert, key: sslkey } = postgres.files;
    const as = { user: "certified" };
    expect(await encrypted(configured({ sslmode: "require", sslcert, sslkey }, as))).toBe(true);
    expect((await rejection(encrypted(configured({ sslmode: "require" }, as)))).message).toContain(
      "certificate",
    );
  });

  test("DB_SSLMODE and DB_SSLROOTCERT say it for the single variables", async () => {
    const env = {
      DB_HOST: "localhost",
      DB_PORT: String(postgres.config.port),
      DB_USER: "postgres",
      DB_NAME: "postgres",
      DB_SSLMODE: "verify-full",
    };
    const config = (DB_SSLROOTCERT: string) =>
      loadDatabaseConfig({ cwd: tmpdir(), env: { ...env, DB_SSLROOTCERT } }) as PostgresConfig;
    expect(await encrypted(config(postgres.files.ca))).toBe(true);
    expect((await rejection(encrypted(config(postgres.files.strangerCa)))).message).toMatch(UNTRUSTED);
  });

  test("the pool that serves encrypts as well", async () => {
    const pool = servingPool(configured({ sslmode: "prefer" }));
    expect(await Promise.all([isEncrypted(pool), isEncrypted(pool)])).toEqual([true, true]);
    await pool.end();
  });

  test("application_name and options reach the server", async () => {
    const config = configured({ application_name: "accounts-eu", options: "-c search_path=accounts" });
    const { rows } = await withClient(config, (client) =>
      client.query(
        "SELECT current_setting('application_name') AS name, current_setting('search_path') AS path, current_setting('TimeZone') AS zone",
      ),
    );
    expect(rows).toEqual([{ name: "accounts-eu", path: "accounts", zone: "UTC" }]);
  });
});

describe.skipIf(!postgresAvailable())("sslmode to a PostgreSQL without TLS", () => {
  test.each(["disable", "allow", "prefer"] as const)("%s connects in plain text", async (sslmode) => {
    const config = { ...(await testPostgres()).superuser, sslmode };
    expect(await withClient(config, isEncrypted)).toBe(false);
    const pool = servingPool(config);
    expect(await isEncrypted(pool)).toBe(false);
    await pool.end();
  });

  test.each(["require", "verify-full"] as const)("%s refuses to", async (sslmode) => {
    const config = { ...(await testPostgres()).superuser, sslmode };
    expect((await rejection(withClient(config, isEncrypted))).message).toContain("does not support SSL");
  });

  test("prefer does not hang on a server that is not there", async () => {
    const config = { ...(await testPostgres()).superuser, sslmode: "prefer", port: 1 } as const;
    expect((await rejection(withClient(config, isEncrypted))).message).toContain("ECONNREFUSED");
  });
});

/** What TLS says of a certificate by an authority that it does not know. */
const UNTRUSTED = /unable to (verify|get)|self[- ]signed/;

type Queryable = { query(sql: string): Promise<{ rows: { ssl: boolean }[] }> };

async function isEncrypted(client: unknown): Promise<boolean> {
  const { rows } = await (client as Queryable).query(
    "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
  );
  return rows[0]?.ssl ?? false;
}
