import { beforeAll, describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import pg from "pg";
import { openDatabase } from "../../src/db/database";
import { type PostgresConfig, withClient } from "../../src/db/postgres";
import { provision, type Superuser } from "../../src/db/provision";
import { postgresAvailable, type TestPostgres, testPostgres } from "../support/postgres";
import { rejection } from "../support/rejection";
import { insertUser } from "../support/tables";

// With TEST_DATABASE_URL the server is somebody's: no roles are made there.
const ownCluster = postgresAvailable() && !process.env.TEST_DATABASE_URL;

describe.skipIf(!ownCluster)("provisioning PostgreSQL", () => {
  let postgres: TestPostgres;
  let superuser: Superuser;
  beforeAll(async () => {
    postgres = await testPostgres();
    superuser = { user: postgres.superuser.user, password: postgres.superuser.password ?? "" };
  }, 60_000);

  /** Settings that name a role and a database which do not exist. */
  function wanted(changes: Partial<PostgresConfig> = {}): PostgresConfig {
    const name = `new_${randomBytes(4).toString("hex")}`;
    return { ...postgres.superuser, user: name, database: name, password: "s3cret", ...changes };
  }

  async function steps(config: PostgresConfig, by = superuser): Promise<string[]> {
    const lines: string[] = [];
    await provision(config, by, (line) => lines.push(line));
    return lines;
  }

  const asSuperuser = (sql: string) => withClient(postgres.superuser, (client) => client.query(sql));

  test("makes role, database and tables, ready for the server", async () => {
    const config = wanted();
    expect(await steps(config)).toEqual([
      `Role "${config.user}" created.`,
      `Database "${config.database}" created.`,
      expect.stringMatching(/^Migrations applied: 20251122000000_init/),
    ]);
    const database = await openDatabase(config);
    await insertUser(database.pool, "first");
    await database.close();
  }, 20_000);

  test("the role gets no rights beyond its database", async () => {
    const config = wanted();
    await steps(config);
    const { rows } = await asSuperuser(
      `SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = '${config.user}'`,
    );
    expect(rows).toEqual([{ rolsuper: false, rolcreatedb: false, rolcreaterole: false }]);
  }, 20_000);

  test("a second run changes nothing and keeps every row", async () => {
    const config = wanted();
    await steps(config);
    await withClient(config, (client) => insertUser(client, "kept"));
    expect(await steps(config)).toEqual([
      `Role "${config.user}" exists already: left as it is.`,
      `Database "${config.database}" exists already: left as it is.`,
      "No migration is pending.",
    ]);
    const { rowCount } = await withClient(config, (client) => client.query("SELECT FROM users"));
    expect(rowCount).toBe(1);
  }, 20_000);

  test("quotes, backslashes and spaces in names and password are taken literally", async () => {
    const odd = `o"d'd \\ ${randomBytes(2).toString("hex")}`;
    const config = wanted({ user: odd, database: odd, password: `p'w"\\ $1 %` });
    await steps(config);
    await (await openDatabase(config)).close();
  }, 20_000);

  test("an existing role keeps its password, and the difference is said", async () => {
    const config = wanted();
    await steps(config);
    expect((await rejection(steps({ ...config, password: "another" }))).message).toContain(
      `Role "${config.user}" exists with another password than DB_PASSWORD`,
    );
    await (await openDatabase(config)).close();
  }, 20_000);

  test("a database in which the role may not create tables is left alone, and that is said", async () => {
    const config = wanted();
    await asSuperuser(`CREATE DATABASE ${config.database}`);
    expect((await rejection(steps(config))).message).toContain(
      `Role "${config.user}" may not create tables in database "${config.database}"`,
    );
  }, 20_000);

  test("a manager that is no superuser can do it too", async () => {
    const manager = { user: `manager_${randomBytes(4).toString("hex")}`, password: "m" };
    await asSuperuser(`CREATE ROLE ${manager.user} LOGIN CREATEDB CREATEROLE PASSWORD 'm'`);
    const config = wanted();
    await steps(config, manager);
    await (await openDatabase(config)).close();
  }, 20_000);

  test("whoever may create nothing is told so", async () => {
    const nobody = { user: `nobody_${randomBytes(4).toString("hex")}`, password: "n" };
    await asSuperuser(`CREATE ROLE ${nobody.user} LOGIN PASSWORD 'n'`);
    expect((await rejection(steps(wanted(), nobody))).message).toContain(
      `Role "${nobody.user}" may not create roles or databases.`,
    );
  });

  test("a wrong superuser password is one sentence without it", async () => {
    expect((await rejection(steps(wanted(), { user: "postgres", password: "wr0ng" }))).message).toMatch(
      /^PostgreSQL at \S+ refuses the password of role "postgres"\.$/,
    );
  });

  test("the new role's password does not reach the server's log", async () => {
    await asSuperuser("ALTER SYSTEM SET log_statement = 'all'");
    await asSuperuser("SELECT pg_reload_conf()");
    const config = wanted({ password: `secret-${randomBytes(8).toString("hex")}` });
    await steps(config);
    const { rows } = await withClient(postgres.superuser, async (client) => {
      await client.query("SET log_statement = 'none'");
      return client.query(
        `SELECT content LIKE '%SELECT FROM pg_roles WHERE rolname%' AS logged, content LIKE ${pg.escapeLiteral(`%${config.password}%`)} AS leaked
         FROM pg_read_file('../server.log') AS content`,
      );
    });
    await asSuperuser("ALTER SYSTEM RESET log_statement");
    await asSuperuser("SELECT pg_reload_conf()");
    expect(rows).toEqual([{ logged: true, leaked: false }]);
  }, 20_000);
});
