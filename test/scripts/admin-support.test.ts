import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { openDatabase } from "../../src/db/database";
import type { SessionAnswer } from "../../src/session/model";
import { runAdmin } from "../support/admin";
import { folderWithDatabase, removeImage } from "../support/embedded";
import { playAsGuest } from "../support/guests";
import { freshAccount, freshName, refresh, refreshed, signIn } from "../support/players";
import { postgresAvailable, testPostgres } from "../support/postgres";
import { environment } from "../support/prisma-cli";
import { bearer, get, post } from "../support/requests";
import { startTestServer, type TestServer } from "../support/server";

setDefaultTimeout(120_000);

describe.skipIf(!postgresAvailable())("bun run admin, beside a server that serves", () => {
  const world = new AsyncDisposableStack();
  let server: TestServer;
  let env: Record<string, string>;
  beforeAll(async () => {
    const config = await (await testPostgres()).createDatabase();
    const database = await openDatabase(config);
    world.defer(() => database.close());
    server = await startTestServer({ database });
    world.defer(() => server.stop());
    env = environment(config);
  });
  afterAll(() => world.disposeAsync());

  const admin = (...args: string[]) => runAdmin(env, ...args);
  const adminJson = async (...args: string[]) => JSON.parse((await admin(...args, "--json")).out);
  const renamed = async (session: SessionAnswer, name: string) =>
    expect((await post(server, "/api/update_username", { new_username: name }, bearer(session))).status).toBe(
      200,
    );

  test("finds a player, shows everything about them, and no token", async () => {
    const account = freshAccount();
    const session = await signIn(server, { account }, { device: "The \u001b[31mtablet" });
    const name = freshName();
    await renamed(session, name);
    const { id } = session.user;
    const { players } = await adminJson("find", name.slice(0, 8));
    expect(players).toMatchObject([{ id, name, email: session.user.email, ban: null, merged_into: null }]);
    const shown = await admin("show", name);
    expect(shown.out).toStartWith(`${name}, player ${id}\n`);
    for (const part of [
      "Ways in\nprovider",
      "Devices\ndevice",
      "The \\u001b[31mtablet",
      "Notes\nnone",
      "rename",
    ])
      expect(shown.out).toContain(part);
    expect(shown.out).not.toContain("\u001b");
    const described = await adminJson("show", session.user.email);
    expect(Object.keys(described)).toEqual([
      "player",
      "identities",
      "sessions",
      "notes",
      "changes",
      "events",
      "merged",
    ]);
    for (const text of [shown.out, JSON.stringify(described)])
      for (const token of [session.access_token, session.refresh_token]) expect(text).not.toContain(token);
  });

  test("bans until a time, and lets go: the player hears why, and goes on", async () => {
    const session = await signIn(server);
    const id = String(session.user.id);
    const refused = await admin("ban", id, "--reason", "Threw a pan");
    expect([refused.exitCode, refused.err]).toEqual([1, expect.stringContaining("Say --yes")]);
    expect((await get(server, "/api/me", bearer(session))).status).toBe(200);
    const banned = await admin("ban", id, "--reason", "Threw a pan", "--until", "7d", "--yes");
    expect(banned.out).toMatch(
      /^.* is banned until \d{4}-\d\d-\d\d \d\d:\d\d UTC\. To take it back: bun run admin undo [0-9a-f-]{36}\n$/,
    );
    expect((await refresh(server, session)).status).toBe(401);
    const { player, events } = await adminJson("show", id);
    expect(Date.parse(player.ban.until) - Date.now()).toBeGreaterThan(6.9 * 86_400_000);
    expect(events[0]).toMatchObject({ action: "ban", reason: "Threw a pan", by: { kind: "operator" } });
    expect(await adminJson("unban", id, "--reason", "Was a spoon")).toMatchObject({ id: Number(id) });
    await refreshed(server, session);
    expect((await admin("unban", id)).out).toBe(`Player ${id} is not banned.\n`);
  });

  test("renames, signs out, writes down and says roles, and takes each back", async () => {
    const session = await signIn(server);
    const { id, name } = session.user;
    const changes: string[] = [];
    const wanted = freshName();
    for (const command of [
      ["rename", String(id), wanted],
      ["note", String(id), "Kind to the cook."],
      ["roles", "set", String(id), "moderator,admin"],
      ["sessions", "end", String(id), "--yes"],
    ])
      changes.push((await adminJson(...command)).change);
    const after = await adminJson("show", String(id));
    expect(after).toMatchObject({
      player: { name: wanted, roles: ["admin", "moderator", "player"] },
      notes: [{ text: "Kind to the cook.", by: { kind: "operator" } }],
      sessions: [],
    });
    for (const change of changes) expect((await admin("undo", change)).out).toContain("is taken back");
    expect((await admin("undo", changes[0] as string)).out).toBe("It was taken back before.\n");
    const before = await adminJson("show", String(id));
    expect(before).toMatchObject({ player: { name, roles: ["player"] }, notes: [] });
    expect(before.sessions).toHaveLength(1);
    await refreshed(server, session);
  });

  test("makes one player of two, and two of one", async () => {
    const [kept, givenUp] = [await signIn(server), await playAsGuest(server)];
    const { change } = await adminJson("merge", String(kept.user.id), String(givenUp.user.id), "--yes");
    const { player, merged } = await adminJson("show", String(kept.user.id));
    expect([player.providers, merged]).toEqual([
      ["google", "guest"],
      [{ id: givenUp.user.id, name: givenUp.user.name }],
    ]);
    await admin("undo", change);
    await refreshed(server, givenUp);
  });

  test("shows what was done, by whom and why", async () => {
    const session = await signIn(server);
    const id = String(session.user.id);
    await admin("rename", id, freshName(), "--reason", "Asked for it");
    const [event] = await adminJson("audit", "--player", id);
    const operator = Bun.spawnSync(["id", "-un"]).stdout.toString().trim();
    expect(event).toMatchObject({
      action: "rename",
      by: { kind: "operator", id: operator },
      reason: "Asked for it",
    });
    expect(await adminJson("audit", "--player", id, "--before", event.id)).toEqual([]);
    expect((await admin("audit", "--player", id)).out).toMatch(
      /^when +player +action +by +what +reason +id\n/,
    );
  });

  test.each([
    [["show", "2000000"], "There is no player with the id 2000000."],
    [["show", "nobody at all"], 'Nobody is "nobody at all".'],
    [["ban", "1", "--reason", "x", "--until", "soon", "--yes"], '"soon" is no time'],
    [["ban", "1", "--reason", "x", "--until", "2020-01-01", "--yes"], "A ban ends in the future."],
    [["ban", "1", "--yes"], "reason"],
    [["rename", "1", "x"], "A name has at least 3 characters."],
    [["rename", "1", "Admin"], "reserved"],
    [["undo", "nonsense"], '"nonsense" is no id'],
    [["undo", "01a22db5-4614-734c-8fd1-fdba4ab1e5fe"], "There is no such change"],
    [["roles", "set", "1", "boss"], "There is no such role; there is player, moderator, admin."],
    [["note", "1", " "], "A note has 1 to 2000 characters."],
    [["merge", "1", "1", "--yes"], "A player cannot be merged into themselves."],
    [["find", "x", "--limit", "0"], "is not a number from 1 to 100"],
    [["audit", "--action", "cook"], 'There is no action "cook"'],
  ])("%j is refused with a sentence", async (args, sentence) => {
    await signIn(server);
    const { exitCode, out, err } = await admin(...args);
    expect([exitCode, out + err]).toEqual([1, expect.stringContaining(sentence)]);
    expect(err).not.toContain("    at ");
  });

  test("completes its commands and options in a shell", async () => {
    expect((await admin("complete", "--", "ro")).out).toStartWith("roles\t");
    expect((await admin("complete", "--", "sessions", "")).out).toStartWith("end\t");
    expect((await admin("complete", "--", "ban", "7", "--")).out).toContain("--until\t");
    const script = (await admin("complete", "bash")).out;
    const bash = Bun.spawnSync(["bash", "-n"], { stdin: Buffer.from(script) });
    expect([bash.exitCode, script]).toEqual([
      0,
      expect.stringContaining("complete -F __account_admin_complete account-admin"),
    ]);
  });
});

describe("bun run admin on the embedded database", () => {
  const world = new AsyncDisposableStack();
  afterAll(async () => {
    await world.disposeAsync();
    await removeImage();
  });

  test("says who has it open, and works once they have gone", async () => {
    const dataDir = join(await folderWithDatabase(world), "data");
    const database = await openDatabase({ kind: "embedded", dataDir });
    const find = () => runAdmin({ EMBEDDED_DATA_DIR: dataDir }, "find", "x");
    const locked = await find();
    expect([locked.exitCode, locked.err]).toEqual([
      1,
      expect.stringMatching(
        new RegExp(
          `is in use by process ${process.pid} since .*One process can have it open at a time: stop that one first\\.\\n$`,
        ),
      ),
    ]);
    await database.close();
    expect(await find()).toMatchObject({ exitCode: 0, out: "Nobody was found.\n" });
  });
});
