import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Database, openDatabase } from "../../src/db/database";
import { applyMigrations } from "../../src/db/migrations";
import { migrationPool, type PostgresConfig, withClient } from "../../src/db/postgres";
import { provision } from "../../src/db/provision";
import { refreshed, signIn } from "../support/players";
import { postgresAvailable, testPostgres } from "../support/postgres";
import { prismaCli } from "../support/prisma-cli";
import { bearer, get, post, send } from "../support/requests";
import { startTestServer, type TestServer } from "../support/server";
import { temporaryFolder } from "../support/temporary";

/** What a game keeps in the same database; one table has a name of ours. */
const OF_THE_GAME = "CREATE TABLE users (nick text); CREATE TABLE recipes (name text)";

describe.skipIf(!postgresAvailable())(
  "tables in another schema than public, where a game has its own",
  () => {
    let database: Database;
    let server: TestServer;
    beforeAll(async () => {
      const config = await (await testPostgres()).createEmptyDatabase();
      await withClient(config, async (client) => {
        await client.query(OF_THE_GAME);
        await client.query("CREATE SCHEMA accounts");
        await client.query(`ALTER DATABASE ${config.database} SET search_path = accounts`);
      });
      const pool = migrationPool(config);
      await applyMigrations(pool);
      await pool.end();
      database = await openDatabase(config);
      server = await startTestServer({ database });
    }, 60_000);
    afterAll(async () => {
      await server.stop();
      await database.close();
    });

    test("are where the search path leads, and nowhere else", async () => {
      const { rows } = await database.pool.query(
        "SELECT schemaname, count(*)::int AS tables FROM pg_tables WHERE tablename IN ('users', 'identities', 'refresh_tokens') GROUP BY 1 ORDER BY 1",
      );
      expect(rows).toEqual([
        { schemaname: "accounts", tables: 3 },
        { schemaname: "public", tables: 1 },
      ]);
    });

    test("serve sign-in, refresh and rename, which are prepared statements", async () => {
      const session = await refreshed(server, await signIn(server));
      const renamed = await post(
        server,
        "/api/update_username",
        { new_username: "In a schema" },
        bearer(session),
      );
      expect([renamed.status, renamed.body.user.name]).toEqual([200, "In a schema"]);
    });

    test("serve picture, devices and logout, which are Prisma's queries", async () => {
      const session = await signIn(server);
      const picture = await post(server, "/api/update_picture", { new_picture: "hat" }, bearer(session));
      expect([picture.status, picture.body.user.picture]).toEqual([200, "hat"]);
      const other = await signIn(server);
      const list = await get(server, "/api/sessions", bearer(other));
      expect([list.status, JSON.parse(list.text).sessions.length]).toEqual([200, 1]);
      const ended = await send(server, "/api/sessions", { method: "DELETE", headers: bearer(other) });
      expect(ended.status).toBe(204);
      expect((await post(server, "/api/logout", session)).status).toBe(200);
      expect((await get(server, "/api/me", bearer(session))).status).toBe(401);
    });
  },
);

describe.skipIf(!postgresAvailable())("a database that already has tables of a game", () => {
  test("is left alone with a sentence that says what to do, and doing so leads to a server", async () => {
    const { superuser, createEmptyDatabase } = await testPostgres();
    const config = await createEmptyDatabase();
    await withClient(config, (client) => client.query(OF_THE_GAME));
    using home = temporaryFolder();

    const refused = await prismaCli(config, home.path, "migrate", "deploy");
    expect(refused.exitCode).toBe(1);
    const advice =
      /CREATE SCHEMA[^;]+;\s+ALTER ROLE[^;]+;/.exec(refused.output.replaceAll(/\s+/g, " "))?.[0] ?? "";
    expect(await refusal(config)).toContain(advice);

    const statements = advice
      .replaceAll("<role>", `"${config.user}"`)
      .replaceAll("<database>", `"${config.database}"`);
    await withClient({ ...superuser, database: config.database }, (client) => client.query(statements));
    const deployed = await prismaCli(config, home.path, "migrate", "deploy");
    expect(deployed.output).toContain("All migrations have been successfully applied");
    await (await openDatabase(config)).close();
    await withClient(config, (client) => client.query("SELECT name FROM public.recipes"));
  }, 60_000);
});

describe.skipIf(!postgresAvailable())("the schema that DATABASE_URL names", () => {
  test.each(["accounts", "The Game's \\ accounts"])(
    "%s is made by setup-db, and holds everything",
    async (schema) => {
      await using world = new AsyncDisposableStack();
      const { superuser, createEmptyDatabase } = await testPostgres();
      const { database: name, ...owner } = await createEmptyDatabase();
      await withClient({ ...owner, database: name }, (client) => client.query(OF_THE_GAME));
      const config = { ...owner, database: name, schema };
      const { user, password } = superuser;
      for (let run = 0; run < 2; run++) {
        await provision(config, { user, ...(password === undefined ? {} : { password }) }, () => {});
      }
      const database = await openDatabase(config);
      world.defer(() => database.close());
      const server = await startTestServer({ database });
      world.defer(() => server.stop());
      const session = await refreshed(server, await signIn(server));
      const picture = await post(server, "/api/update_picture", { new_picture: "hat" }, bearer(session));
      expect([picture.status, picture.body.user.picture]).toEqual([200, "hat"]);
      expect((await get(server, "/api/sessions", bearer(session))).status).toBe(200);
      expect((await post(server, "/api/logout", session)).status).toBe(200);
      const { rows } = await withClient({ ...owner, database: name }, (client) =>
        client.query(
          "SELECT schemaname FROM pg_tables WHERE tablename IN ('users', 'refresh_tokens') ORDER BY 1",
        ),
      );
      expect(rows.map(({ schemaname }) => schemaname).sort()).toEqual([schema, schema, "public"].sort());
    },
  );
});

/** What `setup-db` says when it cannot migrate. */
async function refusal(config: PostgresConfig): Promise<string> {
  const { superuser } = await testPostgres();
  const { user, password } = superuser;
  return provision(config, { user, ...(password === undefined ? {} : { password }) }, () => {}).then(
    () => "it went through",
    (error: Error) => error.message,
  );
}
