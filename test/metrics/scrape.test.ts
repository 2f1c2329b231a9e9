import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { METRICS } from "../../src/metrics/declarations";
import { ask, bearer, freshName, googleToken, playAsGuest, refresh } from "../support/client";
import { folderWithDatabase } from "../support/embedded";
import { freePort, postgresAvailable } from "../support/postgres";
import { googleOf, serverFolder, spawnServer } from "../support/spawned-server";
import { databaseOf } from "../support/test-database";

setDefaultTimeout(120_000);

const TOKEN = "a-token-for-prometheus";

/** What a scrape says, by name and labels as they stand there. */
type Figures = { text: string; value(name: string, labels?: Record<string, string>): number };

async function scrape(origin: string, token: string | null = TOKEN): Promise<Figures> {
  const response = await fetch(`${origin}/metrics`, {
    headers: token ? bearer({ access_token: token }) : {},
  });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toStartWith("text/plain");
  const text = await response.text();
  const lines = text.split("\n").filter((line) => line && !line.startsWith("#"));
  return {
    text,
    value(name, labels = {}) {
      const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
      const found = lines.filter(
        (line) => line.split(/[{ ]/)[0] === name && wanted.every((each) => line.includes(each)),
      );
      return found.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
    },
  };
}

let world = new AsyncDisposableStack();
afterEach(async () => {
  await world.disposeAsync();
  world = new AsyncDisposableStack();
});

describe("what a server does", () => {
  const start = async (env: Record<string, string> = { METRICS_TOKEN: TOKEN }) => {
    const google = googleOf(world);
    const folder = await folderWithDatabase(world);
    const server = await spawnServer({ folder, env: { ...google.env, ...env } });
    world.defer(() => server.kill());
    return { google, server, origin: server.origin };
  };

  test("is told in figures of its own, by route, event and outcome, without a path or a token of anybody's", async () => {
    const { google, origin } = await start();
    const first = await playAsGuest(origin);
    const second = (await refresh(origin, first.refresh_token)).body;
    await refresh(origin, first.refresh_token);
    await refresh(origin, second.refresh_token);
    expect((await refresh(origin, first.refresh_token)).status).toBe(401);
    expect((await refresh(origin, "made-up")).status).toBe(401);
    await ask(origin, "POST /api/login", { access_token: await googleToken(google) });
    await ask(origin, "POST /api/login", { access_token: "not-googles" });
    await ask(origin, "POST /api/update_username", { new_username: freshName() }, bearer(second));
    await ask(origin, "GET /nothing/secret-in-a-path");
    await Bun.sleep(50);

    const { text, value } = await scrape(origin);
    const count = "http_request_duration_seconds_count";
    const refreshes = { method: "POST", route: "/api/refresh" };
    expect(value(count, { ...refreshes, status: "200" })).toBe(3);
    expect(value(count, { ...refreshes, status: "401" })).toBe(2);
    expect(value(count, { method: "GET", route: "none", status: "404" })).toBe(1);
    const outcomes = ["rotated", "repeated", "replayed", "dead"];
    expect(outcomes.map((outcome) => value("account_refreshes_total", { outcome }))).toEqual([2, 1, 1, 2]);
    expect(value("account_events_total", { event: "new_player" })).toBe(2);
    const provider = "provider_duration_seconds_count";
    expect(value(provider, { provider: "google", outcome: "ok" })).toBe(1);
    expect(value(provider, { provider: "google", outcome: "refused" })).toBe(1);
    expect(value("database_connections")).toBe(1);
    expect(Math.abs(value("clock_offset_seconds"))).toBeLessThan(60);
    expect(value("account_server_info", { bun: Bun.version })).toBe(1);
    expect(value("nodejs_eventloop_lag_p99_seconds")).toBeGreaterThan(0);
    expect(value("process_resident_memory_bytes")).toBeGreaterThan(1e6);
    expect(text).not.toContain("secret-in-a-path");
    expect(text).not.toContain(TOKEN);
    for (const name of Object.keys(METRICS)) expect(text).toContain(`# TYPE ${name} `);
  });

  test("is told to nobody without the token, and nowhere unless it is wanted", async () => {
    const { origin } = await start();
    for (const headers of [{}, { authorization: "Bearer wrong" }, { authorization: `Basic ${TOKEN}` }])
      expect((await fetch(`${origin}/metrics`, { headers })).status).toBe(401);
    expect((await fetch(`${origin}/metrics`, { method: "POST" })).status).toBe(405);
    const off = await start({});
    expect((await fetch(`${off.origin}/metrics`)).status).toBe(404);
  });

  test("is told at a port of its own, and then at no other", async () => {
    const port = await freePort();
    const { origin, server } = await start({ METRICS_PORT: String(port) });
    await playAsGuest(origin);
    await Bun.sleep(50);
    const own = `http://127.0.0.1:${port}`;
    const { value } = await scrape(own, null);
    expect(value("account_events_total", { event: "new_player" })).toBe(1);
    expect((await fetch(`${own}/api/me`)).status).toBe(404);
    expect((await fetch(`${origin}/metrics`)).status).toBe(404);
    expect(await server.terminate()).toBe(0);
  });
});

describe.skipIf(!postgresAvailable())("one scrape", () => {
  test("sees all processes of a server, whichever of them answers it", async () => {
    const database = await databaseOf(world);
    const env = { ...googleOf(world).env, ...database.env(), METRICS_TOKEN: TOKEN };
    const folder = serverFolder(world, "server:\n  workers: 3\n");
    const server = await spawnServer({ folder, env });
    world.defer(() => server.kill());
    const live = { route: "/health/live", status: "200" };
    const alive = async () => (await ask(server.origin, "GET /health/live")).status === 200;
    // The workers are up a moment after the first process.
    while ((await scrape(server.origin)).value("account_server_info") < 1) await Bun.sleep(100);
    await Bun.sleep(3_000);
    for (let request = 0; request < 40; request++) expect(await alive()).toBe(true);
    await Bun.sleep(100);
    for (let time = 0; time < 8; time++) {
      const { value } = await scrape(server.origin);
      expect(value("http_request_duration_seconds_count", live)).toBe(40);
      expect(value("account_server_info")).toBe(1);
    }
    expect(await server.terminate()).toBe(0);
  });
});
