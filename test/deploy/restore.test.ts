import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { withClient } from "../../src/db/postgres";
import { playAsGuest } from "../support/guests";
import { postgresAvailable, testPostgres } from "../support/postgres";
import { bearer, get, post } from "../support/requests";
import { serverFolder, spawnServer } from "../support/spawned-server";
import { databaseOf } from "../support/test-database";

const PLAYERS = 20;
const SECRETS = {
  JWT_SECRET: "0f1e2d3c4b5a69788796a5b4c3d2e1f06f1d2c3b4a5968778695a4b3c2d1e0f0",
  REFRESH_TOKEN_SECRET: "5a69788796a5b4c3d2e1f06f1d2c3b4a5968778695a4b3c2d1e0f00f1e2d3c4b",
};

/** A program of PostgreSQL's, the newest that there is. */
function postgresProgram(name: string): string {
  const [newest = ""] = readdirSync("/usr/lib/postgresql").sort((a, b) => Number(b) - Number(a));
  return join("/usr/lib/postgresql", newest, "bin", name);
}

function run(...command: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(command);
  expect([exitCode, stderr.toString()]).toEqual([0, ""]);
}

describe.skipIf(!postgresAvailable())("the drill of docs/production.md", () => {
  test("after a dump, the loss of the database and a restore every player is still signed in", async () => {
    await using world = new AsyncDisposableStack();
    const { superuser } = await testPostgres();
    const database = await databaseOf(world);
    const { DATABASE_URL = "" } = database.env();
    const folder = serverFolder(world);
    const dump = join(folder, "accounts.dump");
    const start = async () => {
      const server = await spawnServer({ folder, env: { ...SECRETS, ...database.env() } });
      world.defer(() => server.kill());
      return server;
    };

    const before = await start();
    const sessions = await Promise.all(Array.from({ length: PLAYERS }, () => playAsGuest(before)));
    run(postgresProgram("pg_dump"), "--format=custom", `--file=${dump}`, DATABASE_URL);
    // Half of them play on after the dump, so that their tokens are newer than what comes back.
    const latest = await Promise.all(
      sessions.map(async ({ refresh_token }, n) =>
        n % 2 === 0
          ? refresh_token
          : (await post(before, "/api/refresh", { refresh_token })).body.refresh_token,
      ),
    );
    expect(await before.terminate()).toBe(0);
    await withClient({ ...superuser, database: "postgres" }, async (client) => {
      const { database: name, user } = database.config;
      await client.query(`DROP DATABASE "${name}" WITH (FORCE)`);
      await client.query(`CREATE DATABASE "${name}" OWNER "${user}" ENCODING 'UTF8' TEMPLATE template0`);
    });

    run(postgresProgram("pg_restore"), "--no-owner", `--dbname=${DATABASE_URL}`, dump);
    const after = await start();
    for (const [n, refresh_token] of latest.entries()) {
      const { status, body } = await post(after, "/api/refresh", { refresh_token });
      expect([n, status, body.user?.id]).toEqual([n, 200, sessions[n]?.user.id ?? 0]);
      expect((await get(after, "/api/me", bearer(body))).status).toBe(200);
    }
  }, 180_000);
});
