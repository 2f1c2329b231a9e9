import { afterAll, afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { createServer } from "node:net";
import { bypassProxyForLoopback } from "../../src/host/proxy-bypass";
import { folderWithDatabase, removeImage } from "../support/embedded";
import { type Host, startHost } from "../support/host";
import { post } from "../support/requests";

// A process starts within a second, and within many on a busy machine.
setDefaultTimeout(60_000);

let host: Host;
afterEach(async () => {
  host?.kill("SIGKILL");
  await host?.exited;
});
afterAll(removeImage);

/** A proxy that refuses everything and remembers what it was asked. */
async function startProxy(world: AsyncDisposableStack) {
  const asked: string[] = [];
  const proxy = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", (head) => {
      asked.push(String(head).split("\r\n", 1)[0] ?? "");
      socket.end("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n");
    });
  });
  await new Promise<void>((listening) => proxy.listen(0, "127.0.0.1", listening));
  world.defer(() => void proxy.close());
  const url = `http://127.0.0.1:${(proxy.address() as { port: number }).port}`;
  return { asked, env: { HTTP_PROXY: url, http_proxy: url, HTTPS_PROXY: url, https_proxy: url } };
}

test("with HTTP_PROXY set, players sign in through the local Google all the same", async () => {
  await using world = new AsyncDisposableStack();
  const { asked, env } = await startProxy(world);
  host = startHost({ cwd: await folderWithDatabase(world), env });
  const origin = await host.ready();
  const [google = ""] = await host.shows(/http:\/\/127\.0\.0\.1:\d+(?= +\(a local stand-in)/);
  const tokens = await post({ origin: google }, "/local/tokens", { account: "ada" });
  const { access_token, id_token } = tokens.body as unknown as Record<string, string>;
  expect((await post({ origin }, "/api/login", { access_token })).status).toBe(200);
  expect((await post({ origin }, "/api/login", { id_token })).status).toBe(200);
  expect(asked).toEqual([]);
});

test("the real Google is asked through the proxy, as everything outside", async () => {
  await using world = new AsyncDisposableStack();
  const { asked, env } = await startProxy(world);
  host = startHost({
    cwd: await folderWithDatabase(world),
    env: { ...env, GOOGLE_CLIENT_ID: "id", GOOGLE_CLIENT_SECRET: "secret" },
  });
  const origin = await host.ready();
  expect((await post({ origin }, "/api/login", { access_token: "ya29.x" })).status).toBe(503);
  expect(asked).toEqual(["CONNECT oauth2.googleapis.com:443 HTTP/1.1"]);
});

test.each([
  ["nothing", {}, "127.0.0.1,localhost,::1"],
  ["hosts", { NO_PROXY: "db.internal, .corp" }, "db.internal,.corp,127.0.0.1,localhost,::1"],
  ["hosts in lower case", { no_proxy: "localhost" }, "localhost,127.0.0.1,::1"],
])("what passes the proxy by already still does: %s", (_what, given, expected) => {
  const env: NodeJS.Dict<string> = { ...given };
  bypassProxyForLoopback(env);
  expect(env).toEqual({ NO_PROXY: expected, no_proxy: expected });
});

test("an asterisk, which stands for every host by itself alone, is left alone", () => {
  const env = { NO_PROXY: "*" };
  bypassProxyForLoopback(env);
  expect(env).toEqual({ NO_PROXY: "*" });
});
