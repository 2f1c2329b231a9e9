import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { oldDatabaseOf, oldPlayer } from "../support/old-server";
import { postgresAvailable } from "../support/postgres";
import { temporaryFolder } from "../support/temporary";
import { emptyDatabaseOf, type TestDatabase } from "../support/test-database";

const ROOT = join(import.meta.dirname, "../..");

describe.skipIf(!postgresAvailable())("bun run adopt", () => {
  const adopt = (database: TestDatabase, ...args: string[]) => {
    using home = temporaryFolder();
    const { exitCode, stdout, stderr } = Bun.spawnSync([process.execPath, "scripts/adopt.ts", ...args], {
      cwd: ROOT,
      env: { PATH: process.env.PATH, HOME: home.path, ...database.env() },
    });
    return { exitCode, stdout: stdout.toString(), stderr: stderr.toString() };
  };

  test("looks without touching, adopts with --apply, and says that there is nothing more to do", async () => {
    await using world = new AsyncDisposableStack();
    const database = await oldDatabaseOf(world);
    await oldPlayer(database.pool, { name: "Ann" });
    await oldPlayer(database.pool, { name: "ann" });
    const look = adopt(database);
    expect(look.stderr).toBe("");
    expect(look.stdout).toContain("players, ids unchanged                 2\n");
    expect(look.stdout).toContain("players with another name (duplicate)  1\n");
    expect(look.stdout).toMatch(/\n {2}2: "ann" → \S/);
    expect(look.stdout).toEndWith("Nothing was changed. --apply does it; take a dump first.\n");
    const done = adopt(database, "--apply", "--time-zone", "Europe/Berlin");
    expect([done.exitCode, done.stdout]).toEqual([0, expect.stringContaining("Europe/Berlin")]);
    expect(done.stdout).toEndWith('Done. "bun run src/index.ts" serves the players from here on.\n');
    const again = adopt(database, "--apply");
    expect([again.exitCode, again.stderr]).toEqual([
      1,
      "This database is this server's already; there is nothing to adopt.\n",
    ]);
  }, 120_000);

  test("--json is the whole report", async () => {
    await using world = new AsyncDisposableStack();
    const database = await oldDatabaseOf(world);
    await oldPlayer(database.pool, { name: "x" });
    expect(JSON.parse(adopt(database, "--json").stdout)).toMatchObject({
      players: 1,
      renamed: [{ id: 1, from: "x", reason: "too_short" }],
    });
  }, 60_000);

  test("a database that is not the old server's is told in one sentence", async () => {
    await using world = new AsyncDisposableStack();
    const { exitCode, stderr } = adopt(await emptyDatabaseOf(world));
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringMatching(/^This is no database of the server before: .*\.\n$/),
    ]);
  }, 60_000);
});
