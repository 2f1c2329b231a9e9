import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cpSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openDatabase } from "../../src/db/database";
import { DatabaseStartError } from "../../src/db/errors";
import { rejection } from "../support/rejection";
import { insertUser } from "../support/tables";
import { temporaryFolder } from "../support/temporary";

const PROCESS = join(import.meta.dirname, "embedded-process.ts");

/** Another process that wants the database in `dataDir`; what it prints comes line by line. */
function another(dataDir: string, ...more: string[]) {
  const child = Bun.spawn(["bun", PROCESS, dataDir, ...more], { stdout: "pipe", stderr: "pipe" });
  async function* read() {
    let rest = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
  }
  return { child, lines: read() };
}

describe("the embedded database", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let made: string;
  const progress: string[] = [];
  let copies = 0;

  /** The database of beforeAll in a directory of the test's own. */
  function copy(): { kind: "embedded"; dataDir: string } {
    const dataDir = join(folder.path, `copy-${copies++}`);
    cpSync(made, dataDir, { recursive: true });
    return { kind: "embedded", dataDir };
  }

  beforeAll(async () => {
    folder = temporaryFolder();
    made = join(folder.path, "made");
    // What a first start leaves that was killed half-way.
    mkdirSync(join(made, "pgdata.unfinished"), { recursive: true });
    writeFileSync(join(made, "pgdata.unfinished", "PG_VERSION"), "18");
    const database = await openDatabase(
      { kind: "embedded", dataDir: made },
      { onProgress: (line) => progress.push(line) },
    );
    await insertUser(database.pool, "first");
    await database.close();
  }, 60_000);
  afterAll(() => folder[Symbol.dispose]());

  test("is made on first use, whatever a killed first start left there, and says so", () => {
    expect(progress).toEqual([
      `Making the embedded database in ${made} (once; takes a few seconds) …`,
      expect.stringMatching(/^Applying \d+ migrations? …$/),
    ]);
    expect(readdirSync(made).sort()).toEqual(["lock", "pgdata"]);
  });

  test("opens again with what was in it, saying nothing", async () => {
    const lines: string[] = [];
    const say = (line: string) => lines.push(line);
    const database = await openDatabase(copy(), { onProgress: say, onWarning: say });
    expect(await database.prisma.user.findMany({ select: { name: true } })).toEqual([{ name: "first" }]);
    await database.close();
    expect(lines).toEqual([]);
  });

  test("its files are nobody else's to read", () => {
    expect(statSync(join(made, "pgdata")).mode & 0o777).toBe(0o700);
  });

  test("a second process leaves with a message that names the first", async () => {
    const config = copy();
    const database = await openDatabase(config);
    const { child } = another(config.dataDir);
    expect(await child.exited).toBe(1);
    expect(await new Response(child.stderr).text()).toMatch(
      new RegExp(
        `^The embedded database in ${config.dataDir} is in use by process ${process.pid} since \\d{4}-[^ ]+Z\\. One process can have it open at a time: stop that one first\\.\\n$`,
      ),
    );
    await database.ping();
    await database.close();
  }, 20_000);

  test("the same process cannot open it twice either", async () => {
    const config = copy();
    const database = await openDatabase(config);
    expect((await rejection(openDatabase(config))).message).toContain(`in use by process ${process.pid}`);
    await database.close();
  }, 20_000);

  test("can be opened as soon as its holder has closed it", async () => {
    const config = copy();
    const { child, lines } = another(config.dataDir);
    expect((await lines.next()).value).toBe("open");
    child.kill("SIGTERM");
    const database = await openDatabase(config);
    await database.close();
    expect(await child.exited).toBe(0);
  }, 20_000);

  test("S29 kill -9 of its holder frees it at once and loses nothing committed", async () => {
    const config = copy();
    const { child, lines } = another(config.dataDir, "write");
    let last = "";
    while (Number(last) < 50 || last === "open") last = (await lines.next()).value ?? "";
    child.kill("SIGKILL");
    for await (const line of lines) last = line;
    await child.exited;
    const database = await openDatabase(config);
    const written = await database.prisma.user.count({ where: { name: { startsWith: "written-" } } });
    expect(written).toBeGreaterThan(Number(last));
    await database.close();
  }, 30_000);

  test("a pid in an old lock.json means nothing", async () => {
    const config = copy();
    writeFileSync(
      join(config.dataDir, "lock.json"),
      JSON.stringify({ pid: 1, since: "2020-01-01T00:00:00Z" }),
    );
    await (await openDatabase(config)).close();
  });

  test("files without their PG_VERSION are damaged: said, with what to do, and left as they are", async () => {
    const config = copy();
    const files = join(config.dataDir, "pgdata");
    rmSync(join(files, "PG_VERSION"));
    const before = readdirSync(files, { recursive: true }).sort();
    const error = await openDatabase(config).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(DatabaseStartError);
    expect(error.message).toBe(
      `The embedded database in ${files} is damaged: its PG_VERSION is missing. Nothing was changed; restore the ` +
        "whole folder from a copy, or move it away and start with an empty database.",
    );
    expect(error.lasting).toBe(true);
    expect(readdirSync(files, { recursive: true }).sort()).toEqual(before);
    cpSync(join(made, "pgdata", "PG_VERSION"), join(files, "PG_VERSION"));
    const database = await openDatabase(config);
    expect(await database.prisma.user.count()).toBe(1);
    await database.close();
  }, 20_000);

  test("files that are no database, or a folder that is none, are a plain sentence", async () => {
    const dataDir = join(folder.path, "garbage");
    mkdirSync(join(dataDir, "pgdata"), { recursive: true });
    const version = join(dataDir, "pgdata", "PG_VERSION");
    writeFileSync(version, "9.1");
    for (const path of [dataDir, version]) {
      const error = await openDatabase({ kind: "embedded", dataDir: path }).catch((thrown) => thrown);
      expect(error).toBeInstanceOf(DatabaseStartError);
      expect(error.message).toStartWith(`The embedded database in ${path} cannot be opened: `);
    }
  }, 20_000);
});
