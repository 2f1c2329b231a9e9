import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileOf, playerFile } from "../support/player-files";
import { postgresAvailable } from "../support/postgres";
import { JWT_SECRET } from "../support/server";
import { temporaryFolder } from "../support/temporary";
import { databaseOf, type TestDatabase } from "../support/test-database";

setDefaultTimeout(60_000);

describe.skipIf(!postgresAvailable())("bun run import and bun run export", () => {
  const world = new AsyncDisposableStack();
  const folder = temporaryFolder();
  let database: TestDatabase;
  beforeAll(async () => {
    database = await databaseOf(world);
  });
  afterAll(async () => {
    folder[Symbol.dispose]();
    await world.disposeAsync();
  });

  const run = (script: "import" | "export", ...args: string[]) => {
    const { exitCode, stdout, stderr } = Bun.spawnSync(
      [process.execPath, resolve(import.meta.dirname, `../../scripts/${script}.ts`), ...args],
      { env: { PATH: process.env.PATH, NO_COLOR: "1", JWT_SECRET, ...database.env() } },
    );
    return { exitCode, out: stdout.toString(), err: stderr.toString() };
  };
  const players = async () =>
    Number((await database.pool.query("SELECT count(*) AS n FROM users")).rows[0].n);

  test("looks without touching, and imports with --apply", async () => {
    const file = playerFile("firebase-users.json");
    const look = run("import", "--from", "firebase", file);
    expect([look.exitCode, look.err]).toEqual([0, ""]);
    expect(look.out).toMatch(/\n {2}players new +2\n/);
    expect(look.out).toMatch(/\n {2}without a way in here, left out +2\n/);
    expect(look.out).toMatch(/\n {2}not taken over \(password\) +1\n/);
    expect(look.out).toContain('firebase-users.json, player 4: "admin" → ');
    expect(look.out).toEndWith("\nNothing was changed. --apply does it.\n");
    expect(await players()).toBe(0);
    const done = run("import", "--from", "firebase", file, "--apply");
    expect([done.exitCode, done.out]).toEqual([0, expect.stringContaining("\nDone.\n")]);
    expect(await players()).toBe(2);
  });

  test("a line that is refused is told with its number, and nothing is written", async () => {
    const file = fileOf(world, "players.csv", "name,steam\nAnn,76561197960287931\nB\u001b[2Jb,7\n");
    const refused = run("import", "--from", "csv", file, "--apply");
    expect(refused.exitCode).toBe(1);
    expect(refused.out).toContain("players.csv, line 3: a way in is no provider:subject");
    expect(refused.out).toContain("--skip-refused");
    expect(refused.out).not.toContain("\u001b");
    expect(await players()).toBe(2);
    const report = run("import", "--from", "csv", file, "--apply", "--skip-refused", "--json");
    expect([report.exitCode, JSON.parse(report.out)]).toEqual([
      0,
      expect.objectContaining({ applied: true, newPlayers: 1, notSetUp: [] }),
    ]);
  });

  test("writes what its owner alone reads, overwrites nothing, and is read again", async () => {
    const out = join(folder.path, "players.csv");
    const written = run("export", "--to", "csv", "--out", out);
    expect([written.exitCode, written.out]).toEqual([0, ""]);
    expect(statSync(out).mode & 0o777).toBe(0o600);
    expect(existsSync(`${out}.unfinished`)).toBe(false);
    const text = readFileSync(out, "utf8");
    expect(text).toContain("google:110169484474386276334");
    const again = run("export", "--to", "json", "--out", out);
    expect([again.exitCode, again.err]).toEqual([1, `${out} is there already, and is not overwritten.\n`]);
    expect(readFileSync(out, "utf8")).toBe(text);
    const toOutput = run("export", "--to", "json");
    expect(JSON.parse(toOutput.out)).toHaveLength(3);
    const here = JSON.parse(run("import", "--from", "csv", out, "--json").out);
    expect(here).toMatchObject({ newPlayers: 0, alreadyHere: 3, unknownColumns: [] });
  });

  test.each([
    [["import", "--from", "access", "x"], "--from is one of csv, json, firebase, nakama, playfab."],
    [["import", "--from", "csv"], "Name a file."],
    [["import", "--from", "csv", "x", "--keepids"], "There is no --keepids"],
    [["import", "--from", "csv", "/nowhere/players.csv"], "players.csv cannot be read: ENOENT"],
    [["export", "--to", "xml"], "--to is csv or json."],
    [
      ["export", "--to", "csv", "--out", "/nowhere/players.csv"],
      "/nowhere/players.csv cannot be written: ENOENT",
    ],
  ] as const)("%j is refused with a sentence", ([script, ...args], sentence) => {
    const { exitCode, out, err } = run(script, ...args);
    expect([exitCode, out, err]).toEqual([1, "", expect.stringContaining(sentence)]);
    expect(err).not.toContain("    at ");
  });

  test("a file that cannot be finished leaves nothing", async () => {
    const out = join(folder.path, "cut.json");
    writeFileSync(`${out}.unfinished`, "of somebody else's");
    const { exitCode, err } = run("export", "--to", "json", "--out", out);
    expect([exitCode, err]).toEqual([1, `${out}.unfinished is there already, and is not overwritten.\n`]);
    expect([existsSync(out), readFileSync(`${out}.unfinished`, "utf8")]).toEqual([
      false,
      "of somebody else's",
    ]);
  });
});
