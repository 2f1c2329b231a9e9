import { describe, expect, setDefaultTimeout, test } from "bun:test";
import pg from "pg";
import { openDatabase } from "../../src/db/database";
import { applyMigrations, migrationState } from "../../src/db/migrations";
import { migrationPool, type PostgresConfig, withClient } from "../../src/db/postgres";
import { openTarget } from "../../src/db/schema-engine/target";
import { gameServerAt } from "../support/game-servers";
import { behindPgbouncer, type PoolMode, pgbouncerAvailable } from "../support/pgbouncer";
import { freshName, refresh, signIn } from "../support/players";
import { postgresAvailable, testPostgres } from "../support/postgres";
import { rejection } from "../support/rejection";
import { bearer, get, post, send } from "../support/requests";
import { startTestServer } from "../support/server";

setDefaultTimeout(60_000);

const PREPARED = /keeps no prepared statements/;

describe.skipIf(!postgresAvailable() || !pgbouncerAvailable())("behind PgBouncer", () => {
  /** A database whose times look like nothing that a program expects. */
  const peculiar = async (): Promise<PostgresConfig> => {
    const { superuser, createDatabase } = await testPostgres();
    const config = await createDatabase();
    const settings = [
      "TimeZone = 'Asia/Kathmandu'",
      "DateStyle = 'SQL, DMY'",
      "IntervalStyle = 'sql_standard'",
    ];
    await withClient(superuser, async (client) => {
      for (const setting of settings)
        await client.query(`ALTER DATABASE ${pg.escapeIdentifier(config.database)} SET ${setting}`);
    });
    return config;
  };

  const start = async (world: AsyncDisposableStack, config: PostgresConfig) => {
    const warnings: string[] = [];
    const database = await openDatabase(config, { onWarning: (line) => warnings.push(line) });
    world.defer(() => database.close());
    const server = await startTestServer({ database });
    world.defer(() => server.stop());
    return { server, warnings };
  };

  for (const mode of ["session", "transaction"] as PoolMode[]) {
    test(`in ${mode} mode twenty players sign in at once, play and sign out, at the right time`, async () => {
      await using world = new AsyncDisposableStack();
      // In session mode each connection of the server's pool takes one.
      const through = await behindPgbouncer(world, await peculiar(), mode, mode === "session" ? 10 : 3);
      const { server, warnings } = await start(world, through);
      const before = Date.now();
      const play = async () => {
        const session = await signIn(server);
        for (const time of [session.user.created_at, session.user.last_login])
          expect(Math.abs(Date.parse(time) - before)).toBeLessThan(60_000);
        const next = await refresh(server, session.refresh_token);
        expect(next.status).toBe(200);
        const headers = bearer(next.body);
        const renamed = await post(server, "/api/update_username", { new_username: freshName() }, headers);
        expect(renamed.status).toBe(200);
        expect((await post(server, "/api/update_picture", { new_picture: "hat" }, headers)).status).toBe(200);
        const me = await get(server, "/api/me", headers);
        expect(me.body.user.name).toBe(renamed.body.user.name);
        const { sessions } = (await get(server, "/api/sessions", headers)).body as unknown as {
          sessions: { created_at: string }[];
        };
        expect(sessions).toHaveLength(1);
        expect(Math.abs(Date.parse(String(sessions[0]?.created_at)) - before)).toBeLessThan(60_000);
        expect((await send(server, "/api/sessions", { method: "DELETE", headers })).status).toBe(204);
        expect((await get(server, "/api/me", headers)).status).toBe(401);
        return session.user.id;
      };
      const ids = await Promise.all(Array.from({ length: 20 }, play));
      expect(new Set(ids).size).toBe(20);
      expect((await get(server, "/health/ready")).status).toBe(200);
      expect(warnings.filter((line) => line.includes("statement_timeout"))).toHaveLength(1);
      expect(warnings.filter((line) => PREPARED.test(line))).toHaveLength(mode === "session" ? 0 : 1);
    });
  }

  for (const mode of ["session", "transaction"] as PoolMode[]) {
    test(`in ${mode} mode matches of the same players add up`, async () => {
      await using world = new AsyncDisposableStack();
      const through = await behindPgbouncer(world, await peculiar(), mode, mode === "session" ? 10 : 3);
      const { server } = await start(world, through);
      const { match, newKey, players } = gameServerAt(server);
      const key = await newKey(["progress:write"]);
      const ids = [(await signIn(server)).user.id, (await signIn(server)).user.id];
      const report = async () => {
        const once = crypto.randomUUID();
        for (;;) {
          const { status } = await match(
            key,
            ids.map((id) => ({ id, changes: { stars: 1 } })),
            once,
          );
          if (status === 200) return;
          expect(status).toBe(503);
        }
      };
      for (let round = 0; round < 3; round++) await Promise.all(Array.from({ length: 5 }, report));
      expect((await players(ids.join())).body.players.map(({ stars }) => stars)).toEqual([15, 15]);
    });
  }

  test("in transaction mode a connection on which another release prepared its statements serves nobody as somebody else", async () => {
    await using world = new AsyncDisposableStack();
    const through = await behindPgbouncer(world, await peculiar(), "transaction", 2);
    const { server } = await start(world, through);
    await signIn(server);
    const player = await signIn(server);
    const me = async () => (await get(server, "/api/me", bearer(player))).body.user;
    const others = [new pg.Client(through), new pg.Client(through)] as const;
    for (const other of others) {
      await other.connect();
      world.defer(() => other.end());
    }
    // A transaction keeps its connection of PostgreSQL; this server gets the one that is left.
    await others[0].query("BEGIN");
    await others[0].query({
      name: "find_session_user",
      text: `SELECT * FROM users WHERE ($1::timestamptz, $2::uuid, $3::int, $4::float8) IS NOT NULL IS NOT NULL
             ORDER BY id LIMIT 1`,
      values: [null, null, null, null],
    });
    expect(await me()).toEqual(player.user);
    await others[1].query("BEGIN");
    await others[0].query("COMMIT");
    expect(await me()).toEqual(player.user);
    await others[1].query("COMMIT");
  });

  for (const mode of ["session", "transaction"] as PoolMode[]) {
    test(`in ${mode} mode migrations are applied one after the other, and no lock stays behind`, async () => {
      await using world = new AsyncDisposableStack();
      const { createEmptyDatabase } = await testPostgres();
      const through = await behindPgbouncer(world, await createEmptyDatabase(), mode, 8);
      const migrate = async () => {
        const { pool, exclusively, close } = await openTarget(through);
        await exclusively(async () => {
          if ((await migrationState(pool)).pending.length > 0) await applyMigrations(pool);
        });
        await close();
      };
      await Promise.all([migrate(), migrate(), migrate()]);
      const pool = migrationPool(through);
      world.defer(() => pool.end());
      expect((await migrationState(pool)).pending).toEqual([]);
      const locks = () => pool.query("SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted");
      // The last connection may just be closing.
      for (let tries = 0; tries < 50 && (await locks()).rowCount; tries++) await Bun.sleep(100);
      expect((await locks()).rowCount).toBe(0);
    });
  }

  test("session options that it refuses are named at the start", async () => {
    await using world = new AsyncDisposableStack();
    const through = await behindPgbouncer(world, await peculiar(), "transaction", 3);
    const { user } = through;
    expect(
      (await rejection(openDatabase({ ...through, options: "-c search_path=accounts" }))).message,
    ).toContain(
      `takes no session options; set them on the role instead, as in ALTER ROLE "${user}" SET search_path`,
    );
  });
});
