import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { loadConfig } from "../../src/config/config";
import { createLog, type Log } from "../../src/log/log";
import { goodNames, refusedNames } from "../fixtures/hostile-strings";
import { openEmbeddedForTest } from "../support/databases";
import { refreshed, signIn } from "../support/players";
import { bearer, get } from "../support/requests";
import { startTestServer } from "../support/server";

let folder: string;
/** What the terminal shows, and what was sent to it, colours included. */
let terminal: string;
let sent: string;
let log: Log;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "account-server-log-"));
  terminal = "";
  sent = "";
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (env: Record<string, string> = {}, isTTY = true) => {
  const config = loadConfig({ cwd: folder, env: { LOG_DIR: folder, ...env } });
  const output = new Writable({
    write(chunk, _encoding, done) {
      sent += chunk;
      terminal += Bun.stripANSI(String(chunk));
      done();
    },
  });
  log = createLog(config, Object.assign(output, { isTTY }));
  return log;
};
const file = () => readFileSync(join(folder, "login.log"), "utf8");
/** Of one line for people. */
const COLOUR_CHANGES = 6;
const asking = { ip: "192.0.2.1", requestId: "r-1", route: "POST /api/login" };

test("an event is one JSON line in the file and one readable line on the terminal", async () => {
  open().event("login", { userId: 7, sessionId: "s-1", device: "phone", ...asking });
  await log.close();
  expect(file().split("\n")).toHaveLength(2);
  expect(JSON.parse(file())).toEqual({
    level: "info",
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    event: "login",
    user_id: 7,
    session_id: "s-1",
    ip: "192.0.2.1",
    route: "POST /api/login",
    device: "phone",
    request_id: "r-1",
  });
  expect(terminal).toMatch(/^\[\d\d:\d\d:\d\d\] INFO: login \{.*\}\n$/);
});

test("where no terminal is, each event and message is one JSON line there too", async () => {
  open({}, false);
  log.event("login", { userId: 7, sessionId: "s-1", ...asking });
  log.event("refresh", { userId: 7, sessionId: "s-1", ...asking });
  log.warn("something to know", { device: "evil\u001b[31m" });
  await log.close();
  const lines = terminal.trimEnd().split("\n");
  expect(lines).toHaveLength(2);
  expect(lines[0]).toBe(file().split("\n")[0] as string);
  expect(JSON.parse(lines[1] as string)).toEqual({
    level: "warn",
    time: expect.stringMatching(/Z$/),
    device: "evil\\u001b[31m",
    message: "something to know",
  });
});

test.each([
  ["debug", ["refresh", "login", "replay_detected"]],
  ["info", ["login", "replay_detected"]],
  ["warn", ["replay_detected"]],
  ["error", []],
])("the terminal shows what %s lets through, the file everything", async (LOG_LEVEL, shown) => {
  open({ LOG_LEVEL });
  for (const event of ["refresh", "login", "replay_detected"] as const) log.event(event, asking);
  await log.close();
  expect(terminal.split("\n").flatMap((line) => /: (\w+) /.exec(line)?.[1] ?? [])).toEqual(shown);
  expect(file().trim().split("\n")).toHaveLength(3);
});

test.each([
  ["a terminal", true],
  ["a pipe", false],
])(
  "S56 no string whatsoever makes a second line or leaves a control character, on %s",
  async (_to, isTTY) => {
    open({}, isTTY);
    const texts = [...refusedNames, ...goodNames].map(([, text]) => text.slice(0, 300));
    for (const text of texts) log.event("login", { ...asking, username: text, device: text, route: text });
    await log.close();
    const hostile = /[[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]--\n]/v;
    for (const lines of [file(), terminal]) {
      expect(lines.trimEnd().split("\n")).toHaveLength(texts.length);
      expect(lines).not.toMatch(hostile);
    }
    const escapes = sent.split("\n", texts.length).map((line) => line.split("\u001b").length - 1);
    expect(new Set(escapes)).toEqual(new Set([isTTY ? COLOUR_CHANGES : 0]));
    const parsed = file()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(parsed.map(({ event }) => event)).toEqual(Array(texts.length).fill("login"));
  },
);

describe("S58 a log that cannot be written", () => {
  const outages: [what: string, prepare: (logDir: string) => void][] = [
    ["on a full disk", (logDir) => symlinkSync("/dev/full", join(logDir, "login.log"))],
    [
      "where a folder is no folder",
      (logDir) => {
        rmSync(logDir, { recursive: true });
        writeFileSync(logDir, "");
      },
    ],
  ];

  test.each(outages)(
    "%s costs lines and no player a sign-in",
    async (_what, prepare) => {
      const logDir = mkdtempSync(join(folder, "logs-"));
      prepare(logDir);
      const database = await openEmbeddedForTest();
      const server = await startTestServer({ database, env: { LOG_DIR: logDir } });
      const session = await refreshed(server, await signIn(server));
      await server.flushLog();
      await refreshed(server, session);
      await server.flushLog();
      expect((await get(server, "/api/me", bearer(session))).status).toBe(200);
      expect(server.lostLogLines()).toBe(4);
      expect(server.terminal().match(/login\.log cannot be written/g)).toHaveLength(1);
      expect(server.terminal()).toContain('"event":"login"');
      await server.stop();
      await database.close();
    },
    30_000,
  );
});
