import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join, resolve } from "node:path";
import { buildHost, OTHER_RUNTIMES } from "../../scripts/build-host";
import { googleToken } from "../support/client";
import { playAsGuest } from "../support/guests";
import { postgresAvailable } from "../support/postgres";
import { bearer, get, post } from "../support/requests";
import { loggedEvents, serverFolder, spawnServer } from "../support/spawned-server";
import { temporaryFolder } from "../support/temporary";
import { emptyDatabaseOf } from "../support/test-database";
import { areInstalled, commandFor } from "./programs";

const SOURCES = resolve(import.meta.dirname, "../../src/index.ts");

/** Runs to the end. */
function runs(command: string[], folder: string, env: Record<string, string>) {
  const { exitCode, stdout, stderr } = Bun.spawnSync(command, {
    cwd: folder,
    env: { PATH: process.env.PATH ?? "", HOME: folder, ...env },
  });
  return [exitCode, `${stdout}${stderr}`] as const;
}

/** What `bun run build:node` and `build:deno` make, in a folder that has nothing else, in a home that is empty at first. */
describe.skipIf(!areInstalled).each(OTHER_RUNTIMES)("the server built for %s", (runtime) => {
  const world = new AsyncDisposableStack();
  let program: string;
  beforeAll(async () => {
    program = join(world.use(temporaryFolder()).path, "server.js");
    await buildHost(runtime, join(program, ".."));
  }, 60_000);
  afterAll(() => world.disposeAsync());

  const run = (folder: string, env: Record<string, string>, ...args: string[]) =>
    runs([...commandFor(runtime, program), ...args], folder, env);
  const start = async (folder: string, env: Record<string, string> = {}) => {
    const server = await spawnServer({ folder, env, command: commandFor(runtime, program) });
    world.defer(() => server.kill());
    return server;
  };

  test("makes its database in an empty folder, and players play on after a restart, then with Bun", async () => {
    const home = serverFolder(world);
    const first = await start(home);
    const google = /Google\s+(http:\S+)/.exec(first.output())?.[1] ?? "";
    const guest = await playAsGuest(first);
    const access_token = await googleToken({ origin: google });
    expect((await post(first, "/api/login", { access_token })).status).toBe(200);
    const files = ["/swagger/json", "/swagger/scalar.js", "/play/main.js", "/console/console.css"];
    for (const path of files) expect([path, (await get(first, path)).status]).toEqual([path, 200]);
    expect((await get(first, "/swagger/account-sdk.js")).text).toContain("RobotouilleAccount");
    expect(await first.terminate()).toBe(0);
    const second = await start(home);
    const { status, body } = await post(second, "/api/refresh", { refresh_token: guest.refresh_token });
    expect([status, body.user?.id]).toEqual([200, guest.user.id]);
    const inUse = expect.stringContaining(`is in use by process ${second.pid} since`);
    expect(run(home, {})).toEqual([1, inUse]);
    expect(runs([process.execPath, SOURCES], home, {})).toEqual([1, inUse]);
    expect(await second.terminate()).toBe(0);
    const bun = await spawnServer({ folder: home });
    world.defer(() => bun.kill());
    expect((await get(bun, "/api/me", bearer(body))).body.user?.id).toBe(guest.user.id);
    expect(await bun.terminate()).toBe(0);
    expect(loggedEvents(home).map(({ event }) => event)).toContain("new_player");
  }, 180_000);

  test.skipIf(!postgresAvailable())(
    "migrates an empty PostgreSQL, and its workers serve beside it",
    async () => {
      const database = await emptyDatabaseOf(world);
      const folder = serverFolder(world, "server: { workers: 2 }");
      expect(run(folder, database.env(), "migrate")[1]).toMatch(/^Applied \d+_init, /);
      const made = run(
        folder,
        database.env(),
        "admin",
        "keys",
        "create",
        "Kitchen",
        "--scope",
        "introspect",
        "--json",
      );
      expect(JSON.parse(/^{[\s\S]*^}/m.exec(made[1])?.[0] ?? "").name).toBe("Kitchen");
      const server = await start(folder, { ...database.env(), METRICS_TOKEN: "m".repeat(32) });
      const port = new URL(server.origin).port;
      expect(run(folder, { ...database.env(), SERVER_PORT: port }, "health")[0]).toBe(0);
      const sessions = await Promise.all(Array.from({ length: 12 }, () => playAsGuest(server)));
      for (const session of sessions)
        expect((await get(server, "/api/me", bearer(session))).body.user.id).toBe(session.user.id);
      const { text } = await get(server, "/metrics", { authorization: `Bearer ${"m".repeat(32)}` });
      expect(text).toMatch(new RegExp(`account_server_info{[^}]*${runtime}="[^"]+"[^}]*} 1\n`));
      expect(await server.terminate()).toBe(0);
      const events = loggedEvents(folder).filter(({ event }) => event === "new_player");
      expect(events).toHaveLength(12);
    },
    180_000,
  );
});
