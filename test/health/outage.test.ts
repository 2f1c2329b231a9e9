import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { openDatabase } from "../../src/db/database";
import type { SessionAnswer } from "../../src/session/model";
import { googleTokens, refreshed, signIn } from "../support/players";
import { postgresAvailable, testPostgres } from "../support/postgres";
import { bearer, expectError, get, post } from "../support/requests";
import { startTestServer, type TestServer } from "../support/server";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy";

describe.skipIf(!postgresAvailable())("S59 a database that is gone for a while", () => {
  let proxy: TcpProxy;
  let server: TestServer;
  let session: SessionAnswer;

  beforeAll(async () => {
    const config = await (await testPostgres()).createDatabase();
    proxy = await startTcpProxy(config.port);
    server = await startTestServer({
      database: await openDatabase({ ...config, host: "127.0.0.1", port: proxy.port }),
    });
    session = await signIn(server);
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await server.database.close();
    await proxy.close();
  });

  test("every endpoint that needs it answers 503, and the process is alive", async () => {
    const { access_token } = await googleTokens(server);
    const { refresh_token } = session;
    proxy.refusing = true;
    proxy.reset();
    const answers = await Promise.all([
      get(server, "/health/ready"),
      get(server, "/api/me", bearer(session)),
      post(server, "/api/login", { access_token }),
      post(server, "/api/refresh", { refresh_token }),
      post(server, "/api/logout", { refresh_token }),
      post(server, "/api/update_username", { new_username: "Somebody" }, bearer(session)),
      post(server, "/api/update_picture", { new_picture: "hat" }, bearer(session)),
      get(server, "/api/sessions", bearer(session)),
    ]);
    for (const answer of answers) expectError(answer, "database_unavailable");
    expect((await get(server, "/health/live")).status).toBe(200);
  });

  test("what needs no database is refused as ever", async () => {
    expectError(await get(server, "/api/me"), "unauthorized");
    expectError(await get(server, "/api/me", bearer("abc")), "invalid_token");
    expectError(await post(server, "/api/refresh", { refresh_token: "abc" }), "invalid_grant");
  });

  test("when it is back everything works again, without a restart", async () => {
    proxy.refusing = false;
    expect((await get(server, "/health/ready")).status).toBe(200);
    const later = await refreshed(server, session);
    expect((await get(server, "/api/me", bearer(later))).body.user).toEqual(session.user);
  });
});
