import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { openDatabase } from "../../src/db/database";
import { haproxyAvailable, startHaproxy } from "../support/haproxy";
import { postgresAvailable, testPostgres } from "../support/postgres";
import { raw } from "../support/raw";
import { get } from "../support/requests";
import { startTestServer, type TestServer } from "../support/server";
import { onEmbedded } from "../support/suite";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy";

/** What balancers send, from their manuals and from the wire. */
const CHECKS: [who: string, request: string][] = [
  ["HAProxy without a Host", "GET /health/ready HTTP/1.0\r\n\r\n"],
  ["HAProxy with its default method", "OPTIONS /health/ready HTTP/1.0\r\n\r\n"],
  ["one that wants no body", "HEAD /health/live HTTP/1.0\r\n\r\n"],
  ["one with an empty Host", "GET /health/ready HTTP/1.1\r\nHost:\r\n\r\n"],
  ["one that names a group of servers", "GET /health/ready HTTP/1.1\r\nHost: account servers/1\r\n\r\n"],
  ["one whose Host is no name", "GET /health/live HTTP/1.1\r\nHost: ]][\r\n\r\n"],
  ["one with an underscore in the name", "GET /health/ready HTTP/1.1\r\nHost: account_server:8000\r\n\r\n"],
  ["one with an IPv6 address", "GET /health/ready HTTP/1.1\r\nHost: [::1]:8000\r\n\r\n"],
  ["one with a slash at the end and a query", "GET /health/ready/?from=lb HTTP/1.0\r\n\r\n"],
  ["one with a slash at the end", "HEAD /health/ready/ HTTP/1.1\r\nHost: localhost\r\n\r\n"],
  ["one with the whole URL", "GET http://10.0.0.1/health/ready HTTP/1.0\r\n\r\n"],
  ["one that says it has no body", "GET /health/ready HTTP/1.0\r\nContent-Length: 0\r\n\r\n"],
];

onEmbedded((at) => {
  test.each(CHECKS)("a check of %s is answered 200", async (_who, request) => {
    const answer = await raw(at.server, request);
    expect(answer).toMatchObject({ status: 200, answers: 1 });
    expect(answer.text.match(/^x-request-id:/gim)).toHaveLength(1);
  });

  test("HAProxy's check without any path is no error", async () => {
    expect(await raw(at.server, "OPTIONS / HTTP/1.0\r\n\r\n")).toMatchObject({ status: 204, answers: 1 });
  });

  test("nothing else becomes reachable without a Host", async () => {
    for (const target of ["/api/me", "/health/ready/x", "/health", "/", "/swagger?/health/ready"]) {
      expect(await raw(at.server, `GET ${target} HTTP/1.0\r\n\r\n`)).toMatchObject({ status: 400 });
    }
  });

  describe.skipIf(!haproxyAvailable())("a real HAProxy", () => {
    test.each([
      ["option httpchk", "L7OK 204"],
      ["option httpchk GET /health/ready", "L7OK 200"],
      ["option httpchk OPTIONS /health/ready", "L7OK 200"],
      ["option httpchk HEAD /health/live HTTP/1.0", "L7OK 200"],
    ])(
      "keeps the server in with `%s`, and hands requests on",
      async (check, seen) => {
        await using stack = new AsyncDisposableStack();
        const haproxy = await startHaproxy(at.server, [check]);
        stack.defer(() => haproxy.stop());
        expect(await haproxy.checkStatus()).toBe(seen);
        expect((await get(haproxy, "/health/live")).status).toBe(200);
      },
      30_000,
    );
  });
});

describe.skipIf(!postgresAvailable())("while the database is gone", () => {
  let proxy: TcpProxy;
  let server: TestServer;

  beforeAll(async () => {
    const config = await (await testPostgres()).createDatabase();
    proxy = await startTcpProxy(config.port);
    server = await startTestServer({
      database: await openDatabase({ ...config, host: "127.0.0.1", port: proxy.port }),
    });
    proxy.refusing = true;
    proxy.reset();
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await server.database.close();
    await proxy.close();
  });

  test.each(CHECKS.filter(([, request]) => request.includes("/ready")))(
    "a check of %s is answered 503",
    async (_who, request) => {
      expect(await raw(server, request)).toMatchObject({ status: 503, answers: 1 });
    },
  );
});
