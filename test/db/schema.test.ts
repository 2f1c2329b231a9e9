import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Database, openDatabase } from "../../src/db/database";
import { applyMigrations } from "../../src/db/migrations";
import { migrationPool, withClient } from "../../src/db/postgres";
import { refreshed, signIn } from "../support/players";
import { postgresAvailable, testPostgres } from "../support/postgres";
import { bearer, get, post, send } from "../support/requests";
import { startTestServer, type TestServer } from "../support/server";

describe.skipIf(!postgresAvailable())("tables in another schema than public", () => {
  let database: Database;
  let server: TestServer;
  beforeAll(async () => {
    const config = await (await testPostgres()).createEmptyDatabase();
    await withClient(config, async (client) => {
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
      "SELECT schemaname, count(*)::int AS tables FROM pg_tables WHERE tablename IN ('users', 'identities', 'refresh_tokens') GROUP BY 1",
    );
    expect(rows).toEqual([{ schemaname: "accounts", tables: 3 }]);
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
});
