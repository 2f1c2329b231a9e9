import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SessionAnswer } from "../../src/session/model";
import { type Host, startHost } from "../support/host";
import { refresh } from "../support/players";
import { bearer, get, post } from "../support/requests";

// A process starts within a second, and within many on a busy machine.
setDefaultTimeout(60_000);

/** As a newcomer finds it: an empty folder, nothing set. The tests go on where the one before stopped. */
let folder: string;
let hosts: Host[] = [];
let session: SessionAnswer;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "account-server-host-"));
});
afterEach(async () => {
  for (const host of hosts) host.kill("SIGKILL");
  await Promise.all(hosts.map(({ exited }) => exited));
  hosts = [];
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const start = (env: Record<string, string> = {}) => {
  const host = startHost({ cwd: folder, env });
  hosts.push(host);
  return host;
};
const signIn = async (host: Host) => {
  const origin = await host.ready();
  const [google] = await host.shows(/http:\/\/127\.0\.0\.1:\d+(?= +\(a local stand-in, not Google\))/);
  const response = await fetch(`${google}/local/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ account: "ada" }),
  });
  const { access_token } = (await response.json()) as { access_token: string };
  const answer = await post({ origin }, "/api/login", { access_token });
  expect(answer.status).toBe(200);
  return answer.body;
};

test("a first start says what it makes, greets with every address, and serves", async () => {
  const host = start();
  const origin = await host.ready();
  expect(host.stdout()).toContain("Making the embedded database in");
  expect(host.stdout()).toMatch(/Account server · development\n/);
  for (const path of ["/play", "/api", "/swagger"]) {
    expect(host.stdout()).toMatch(new RegExp(`http://localhost:\\d+${path}\\n`));
  }
  expect(host.stdout()).toContain("embedded, in ./data");
  expect(host.stdout()).toContain("./logs/login.log");
  expect((await get({ origin }, "/health/ready")).status).toBe(200);
  session = await signIn(host);
  host.kill("SIGTERM");
  expect(await host.exited).toBe(0);
  expect(host.stderr()).toBe("");
});

test("it leaves a data folder that is its user's own, and the sign-in in login.log", () => {
  expect(statSync(join(folder, "data")).mode & 0o077).toBe(0);
  expect(statSync(join(folder, "data", "jwt-secret")).mode & 0o777).toBe(0o600);
  const lines = readFileSync(join(folder, "logs", "login.log"), "utf8")
    .trim()
    .split("\n");
  expect(lines.map((line) => JSON.parse(line).event)).toEqual(["new_player", "login"]);
});

test("a second start makes nothing, and players are signed in still", async () => {
  const host = start();
  const origin = await host.ready();
  expect(host.stdout()).not.toContain("Making");
  expect((await get({ origin }, "/api/me", bearer(session))).status).toBe(200);
  const answer = await refresh({ origin }, session);
  expect(answer.status).toBe(200);
  session = answer.body;
});

test("S29 killed right after a refresh, it gives the same successor again", async () => {
  const host = start();
  const before = await refresh({ origin: await host.ready() }, session);
  host.kill("SIGKILL");
  await host.exited;
  const next = start();
  const again = await refresh({ origin: await next.ready() }, session);
  expect(again.body.refresh_token).toBe(before.body.refresh_token);
});

test("a second server on the same folder leaves with the name of the first", async () => {
  const first = start();
  await first.ready();
  const second = start();
  expect(await second.exited).toBe(1);
  expect(second.stderr()).toMatch(
    new RegExp(`^The embedded database in .*/data is in use by process ${first.pid} since [^\\n]*\\.\\n$`),
  );
  expect((await get({ origin: await first.ready() }, "/health/ready")).status).toBe(200);
});

test.each([
  ["the API", 0, { GOOGLE_CLIENT_ID: "id", GOOGLE_CLIENT_SECRET: "secret" }],
  ["the local Google", 1, {}],
])("a port of %s that is taken is one plain sentence", async (_what, offset, env) => {
  const blocker = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
  const host = start({ ...env, SERVER_PORT: String(blocker.port! - offset) });
  expect(await host.exited).toBe(1);
  expect(host.stderr()).toBe(
    `Port ${blocker.port} on 127.0.0.1 is taken; stop what listens there or set SERVER_PORT.\n`,
  );
  await blocker.stop(true);
});

test("a port that needs privileges, or an address of another machine, is one plain sentence", async () => {
  const host = start({ SERVER_HOST: "192.0.2.1" });
  expect(await host.exited).toBe(1);
  expect(host.stderr()).toMatch(/^Cannot listen on 192\.0\.2\.1:0 \([A-Z]+\)\.\n$/);
});

test("an interrupt from the keyboard stops it as well, and twice is once", async () => {
  const host = start();
  await host.ready();
  host.kill("SIGINT");
  host.kill("SIGINT");
  expect(await host.exited).toBe(0);
  expect(existsSync(join(folder, "data", "lock.json"))).toBe(false);
});
