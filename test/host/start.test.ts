import { afterAll, expect, spyOn, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "../../src/config/config";
import { openDatabase } from "../../src/db/database";
import { runtime } from "../../src/host/bun";
import { startServer } from "../../src/host/start";
import { memoryStore } from "../../src/limits/store";
import { createLog } from "../../src/log/log";
import { folderWithDatabase, removeImage } from "../support/embedded";
import { rejection } from "../support/rejection";
import { CLIENT_ID, CLIENT_SECRET } from "../support/server";

afterAll(removeImage);

/** A server in this process, in a folder of its own. */
async function startIn(folder: string) {
  const env = { SERVER_HOST: "127.0.0.1", SERVER_PORT: "0" };
  const config = loadConfig({ cwd: folder, env });
  const log = createLog(config, { write: () => {} });
  return { config, log, server: await startServer(config, log, () => {}, runtime) };
}

test("a part that will not close is told of, and keeps neither the port nor the database's lock", async () => {
  await using world = new AsyncDisposableStack();
  const folder = await folderWithDatabase(world);
  const { config, log, server } = await startIn(folder);
  world.defer(() => log.close());
  expect((await fetch(`${server.origin}/health/ready`)).status).toBe(200);
  using _ = spyOn(memoryStore, "close").mockRejectedValueOnce(new Error("will not close"));
  expect((await rejection(server.stop())).message).toContain("will not close");
  expect(await fetch(`${server.origin}/health/live`).catch(() => null)).toBeNull();
  expect(existsSync(join(folder, "data", "lock.json"))).toBe(false);
  await (await openDatabase(config.database)).close();
}, 30_000);

test("a start that fails half-way closes what it had opened, and says why it failed", async () => {
  await using world = new AsyncDisposableStack();
  const folder = await folderWithDatabase(world);
  const blocker = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
  world.defer(() => blocker.stop(true));
  const env = {
    SERVER_HOST: "127.0.0.1",
    SERVER_PORT: String(blocker.port),
    // Else stand-ins take the ports after it, which may be anybody's.
    GOOGLE_CLIENT_ID: CLIENT_ID,
    GOOGLE_CLIENT_SECRET: CLIENT_SECRET,
  };
  const config = loadConfig({ cwd: folder, env });
  const log = createLog(config, { write: () => {} });
  world.defer(() => log.close());
  using _ = spyOn(memoryStore, "close").mockRejectedValueOnce(new Error("will not close"));
  expect((await rejection(startServer(config, log, () => {}, runtime))).message).toContain(
    `Port ${blocker.port} on 127.0.0.1 is taken`,
  );
  await (await openDatabase(config.database)).close();
}, 30_000);

test("with nothing set, stand-ins play every provider that a page or a program signs in with", async () => {
  await using world = new AsyncDisposableStack();
  const { log, server } = await startIn(await folderWithDatabase(world));
  world.defer(() => log.close());
  world.defer(() => server.stop());
  const post = async (url: string, body: object) => {
    const headers = { "content-type": "application/json" };
    return (await fetch(url, { method: "POST", headers, body: JSON.stringify(body) })).json();
  };
  for (const provider of ["google_play", "discord"]) {
    const { server_auth_code, code, code_verifier } = await post(`${server.localGoogle}/local/tokens`, {
      provider,
      account: "ada",
    });
    const proof = { provider, server_auth_code, code, code_verifier };
    const { user } = await post(`${server.origin}/api/login`, proof);
    expect(user.providers).toEqual([provider]);
  }
}, 30_000);
