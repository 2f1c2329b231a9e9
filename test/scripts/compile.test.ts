import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { compile } from "../../scripts/compile";
import { playAsGuest } from "../support/guests";
import { playerFile } from "../support/player-files";
import { postgresAvailable } from "../support/postgres";
import { bearer, get, post } from "../support/requests";
import { loggedEvents, serverFolder, spawnServer } from "../support/spawned-server";
import { temporaryFolder } from "../support/temporary";
import { emptyDatabaseOf } from "../support/test-database";

/** The executable does without what the sources lie among: its home is empty at first, and it knows no other folder. */
const world = new AsyncDisposableStack();
let executable: string;
let home: string;
beforeAll(async () => {
  executable = join(world.use(temporaryFolder()).path, "account-server");
  home = serverFolder(world);
  await compile(executable);
}, 120_000);
afterAll(() => world.disposeAsync());

async function start() {
  const server = await spawnServer({ folder: home, executable });
  world.defer(() => server.kill());
  return server;
}

test("the executable makes its database in an empty folder, and a guest plays on after a restart", async () => {
  const first = await start();
  const session = await playAsGuest(first);
  expect(await first.terminate()).toBe(0);
  const second = await start();
  const { status, body } = await post(second, "/api/refresh", { refresh_token: session.refresh_token });
  expect([status, body.user?.id]).toEqual([200, session.user.id]);
  expect(loggedEvents(home).map(({ event }) => event)).toContain("new_player");
  expect(await second.terminate()).toBe(0);
}, 180_000);

test("the executable has the explorer, the SDK, the demo game, the console and the local Google's pages inside", async () => {
  const server = await start();
  const google = /Google\s+(http:\S+)/.exec(server.output())?.[1] ?? "";
  const files = [
    "/swagger",
    "/swagger/json",
    "/swagger/scalar.js",
    "/swagger/explorer.js",
    "/swagger/explorer.css",
    "/swagger/account-sdk.js",
    "/favicon.ico",
    "/play/",
    "/play/main.js",
    "/play/account-sdk.js",
    "/console/sign-in",
    "/console/console.css",
    "/console/console.js",
    "/console/icon.svg",
  ];
  for (const path of files) expect([path, (await get(server, path)).status]).toEqual([path, 200]);
  expect((await get({ origin: google }, "/local/style.css")).status).toBe(200);
  expect((await get(server, "/swagger/account-sdk.js")).text).toContain("RobotouilleAccount");
  expect(await server.terminate()).toBe(0);
}, 120_000);

describe.skipIf(!postgresAvailable())("on PostgreSQL", () => {
  test("the executable migrates an empty database, and its workers serve beside it", async () => {
    const database = await emptyDatabaseOf(world);
    const run = (...args: string[]) => {
      const env = { PATH: "", HOME: home, SERVER_PORT: port ?? "1", ...database.env() };
      const { exitCode, stdout, stderr } = Bun.spawnSync([executable, ...args], { cwd: home, env });
      return [exitCode, stdout.toString(), stderr.toString()] as const;
    };
    let port: string | undefined;
    expect(run("health")[0]).toBe(1);
    expect(run()[2]).toMatch(/^The database lacks \d+ migrations; run this program with "migrate"\.\n$/);
    expect(run("migrate")[1]).toMatch(/^Applied \d+_init, /);
    expect(run("migrate")).toEqual([0, "The database is up to date.\n", ""]);
    const server = await spawnServer({
      folder: serverFolder(world, "server: { workers: 2 }"),
      env: database.env(),
      executable,
    });
    world.defer(() => server.kill());
    port = new URL(server.origin).port;
    expect(run("health")[0]).toBe(0);
    const [code, made] = run("admin", "keys", "create", "Kitchen", "--scope", "introspect", "--json");
    expect([code, JSON.parse(made).name]).toEqual([0, "Kitchen"]);
    const file = playerFile("firebase-users.json");
    const [imported, table] = run("import", "--from", "firebase", file, "--apply");
    expect([imported, table]).toEqual([0, expect.stringMatching(/players new +2\n/)]);
    expect(run("export", "--to", "csv")[1]).toContain("google:110169484474386276334");
    const sessions = await Promise.all(Array.from({ length: 12 }, () => playAsGuest(server)));
    for (const session of sessions)
      expect((await get(server, "/api/me", bearer(session))).body.user.id).toBe(session.user.id);
    const workers = Bun.spawnSync(["pgrep", "-P", String(server.pid)])
      .stdout.toString()
      .trim()
      .split("\n");
    expect(workers).toHaveLength(1);
    expect(await server.terminate()).toBe(0);
  }, 180_000);
});
