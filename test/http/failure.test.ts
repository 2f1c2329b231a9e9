import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, spyOn, test } from "bun:test";
import { openDatabase } from "../../src/db/database";
import { callbackUrl, locationOf, newGame, startUrl, visit } from "../support/authorization";
import { openEmbeddedForTest } from "../support/databases";
import { type HostileGoogle, startHostileGoogle } from "../support/hostile-google";
import { signIn } from "../support/players";
import { postgresAvailable, testPostgres } from "../support/postgres";
import { bearer, expectError, get, post } from "../support/requests";
import { startTestServer, type TestServer } from "../support/server";
import { startTcpProxy } from "../support/tcp-proxy";

let google: HostileGoogle;
let server: TestServer;

beforeAll(async () => {
  google = await startHostileGoogle();
  server = await startTestServer({
    database: await openEmbeddedForTest(),
    adjust: (config) => ({ ...config, google: { ...config.google, endpoints: google.urls } }),
  });
}, 60_000);
beforeEach(() => google.behave());
// Each test has the ten lines of its minute.
let minutes = 0;
let clock: ReturnType<typeof spyOn> | undefined;
const letAMinutePass = () => {
  clock?.mockRestore();
  minutes++;
  const now = performance.now.bind(performance);
  clock = spyOn(performance, "now").mockImplementation(() => now() + minutes * 60_001);
};
afterEach(letAMinutePass);
afterAll(async () => {
  clock?.mockRestore();
  await server.stop();
  await server.database.close();
  await google.stop();
});

/** The lines that some work adds to login.log, without their time. */
const linesOf = async (work: () => Promise<unknown>, at = server) => {
  const before = (await at.logLines()).length;
  await work();
  return (await at.logLines()).slice(before).map(({ time, ...line }) => line);
};
const failures = async (work: () => Promise<unknown>, at = server) =>
  (await linesOf(work, at)).filter(({ event }) => event === "request_failed");
const byCode = (requestId: string) =>
  post(
    server,
    "/api/login",
    { code: "4/secret", code_verifier: "v".repeat(43), redirect_uri: "http://localhost:5000/cb" },
    { "x-request-id": requestId },
  );
const refuse = (error: string, status: number, error_description = "") =>
  google.misbehave("token", () => Response.json({ error, error_description }, { status }));

/** Through the browser, up to Google's answer with a code. */
const callback = async (query: Record<string, string> = { code: "4/secret" }) => {
  const state = (await locationOf(startUrl(server, newGame()))).searchParams.get("state") ?? "";
  return visit(`${server.origin}/auth/google/callback?${new URLSearchParams({ ...query, state })}`);
};

describe("a request that fails on our side", () => {
  test("a 500 leaves one line with request, route, code and place, and no message", async () => {
    const session = await signIn(server, {});
    const { pool } = server.database;
    await pool.query("ALTER TABLE refresh_tokens RENAME TO elsewhere");
    const [line, ...more] = await failures(async () => {
      const answer = await post(
        server,
        "/api/refresh",
        { refresh_token: session.refresh_token },
        { "x-request-id": "the-500" },
      );
      expectError(answer, "internal_error");
    });
    await pool.query("ALTER TABLE elsewhere RENAME TO refresh_tokens");
    expect(more).toEqual([]);
    expect(line).toEqual({
      level: "error",
      event: "request_failed",
      ip: "127.0.0.1",
      request_id: "the-500",
      route: "POST /api/refresh",
      code: "internal_error",
      cause: "42P01",
      kind: "error",
      at: expect.stringMatching(/^ {4}at .* < /),
    });
    expect(server.terminal()).toContain('"request_id":"the-500"');
    expect(JSON.stringify(line)).not.toContain("does not exist");
  });

  test.each<[what: string, answer: () => Response, cause: string]>([
    ["fails", () => new Response("oops", { status: 500 }), "http_500"],
    ["is busy", () => Response.json({ error: "rateLimitExceeded" }, { status: 429 }), "http_429"],
    ["sends a page", () => new Response("<html>"), "not_json"],
  ])("a 503 while Google %s leaves one line that says so", async (_what, answer, cause) => {
    google.misbehave("token", answer);
    const lines = await linesOf(async () => expectError(await byCode("the-503"), "google_unavailable"));
    expect(lines).toEqual([
      {
        level: "error",
        event: "request_failed",
        ip: "127.0.0.1",
        request_id: "the-503",
        route: "POST /api/login",
        code: "google_unavailable",
        cause,
      },
    ]);
  });

  test("Google's keys that cannot be had are named by the answer", async () => {
    google.misbehave("certs", () => new Response(null, { status: 403 }));
    const lines = await linesOf(async () => {
      expectError(
        await post(server, "/api/login", { id_token: await google.idToken() }),
        "google_unavailable",
      );
    });
    expect(lines).toEqual([expect.objectContaining({ event: "request_failed", cause: "http_403" })]);
  });

  test("ten lines a minute of each kind; the next tells how many there were", async () => {
    google.misbehave("token", () => new Response(null, { status: 500 }));
    const first = await failures(async () => {
      for (let n = 0; n < 50; n++) await byCode(`flood-${n}`);
    });
    expect(first.map(({ request_id }) => request_id)).toEqual(
      Array.from({ length: 10 }, (_, n) => `flood-${n}`),
    );
    google.misbehave("token", () => new Response(null, { status: 502 }));
    expect(await failures(() => byCode("another-kind"))).toHaveLength(1);
    letAMinutePass();
    google.misbehave("token", () => new Response(null, { status: 500 }));
    const [later] = await failures(() => byCode("later"));
    expect(later).toMatchObject({ request_id: "later", suppressed: 40 });
  });

  describe.skipIf(!postgresAvailable())("for its database", () => {
    test("every 503 leaves its line, and ready's as well", async () => {
      await using stack = new AsyncDisposableStack();
      const config = await (await testPostgres()).createDatabase();
      const proxy = await startTcpProxy(config.port);
      stack.defer(() => proxy.close());
      const database = await openDatabase({ ...config, host: "127.0.0.1", port: proxy.port });
      stack.defer(() => database.close());
      const cut = await startTestServer({ database });
      stack.defer(() => cut.stop());
      const session = await signIn(cut, {});
      const cutCallback = await callbackUrl(cut, newGame());
      proxy.refusing = true;
      proxy.reset();
      const lines = await failures(async () => {
        expect((await get(cut, "/health/ready")).status).toBe(503);
        expect((await get(cut, "/api/me", bearer(session))).status).toBe(503);
        expect((await visit(cutCallback)).status).toBe(503);
      }, cut);
      expect(lines.map(({ route, code }) => [route, code])).toEqual([
        ["GET /health/ready", "database_unavailable"],
        ["GET /api/me", "database_unavailable"],
        ["GET /auth/:provider/callback", "database_unavailable"],
      ]);
      for (const { cause } of lines) expect(cause).toMatch(/^(E[A-Z]+|Connection terminated.*)$/);
    });
  });
});

describe("Google refuses this server", () => {
  test.each([
    [
      "a wrong secret",
      "invalid_client",
      401,
      "The provided client secret is invalid.",
      "GOOGLE_CLIENT_SECRET",
    ],
    ["a wrong id", "invalid_client", 401, "The OAuth client was not found.", "GOOGLE_CLIENT_ID"],
    ["a client of another kind", "unauthorized_client", 400, "Unauthorized", "GOOGLE_CLIENT_SECRET"],
  ])("for %s: 503, and a line that names the setting", async (_what, error, status, description, setting) => {
    refuse(error, status, description);
    const lines = await linesOf(async () => expectError(await byCode("ours"), "google_unavailable"));
    expect(lines).toEqual([
      expect.objectContaining({
        level: "error",
        event: "request_failed",
        request_id: "ours",
        cause: error,
        setting,
      }),
    ]);
  });

  test("in the browser the player is told to come back later, and the log names the setting", async () => {
    const misconfigured = await startTestServer({
      database: server.database,
      env: { GOOGLE_CLIENT_SECRET: "not-the-secret" },
    });
    const lines = await linesOf(async () => {
      const game = newGame();
      const back = await locationOf(await callbackUrl(misconfigured, game));
      expect(Object.fromEntries(back.searchParams)).toEqual({
        error: "temporarily_unavailable",
        state: game.state,
      });
    }, misconfigured);
    await misconfigured.stop();
    expect(lines.map(({ event, reason, cause, setting }) => [event, reason ?? cause, setting])).toEqual([
      ["sign_in_failed", "google_unavailable", undefined],
      ["request_failed", "invalid_client", "GOOGLE_CLIENT_SECRET"],
    ]);
  });
});

describe("a sign-in that fails in the browser", () => {
  const failed = (reason: string) =>
    expect.objectContaining({ event: "sign_in_failed", level: "info", reason, ip: "127.0.0.1" });

  test("because Google refuses the code leaves a line, and is no failure of ours", async () => {
    refuse("invalid_grant", 400);
    const lines = await linesOf(async () => {
      const { headers } = await callback();
      expect(headers.get("location")).toContain("error=access_denied");
    });
    expect(lines).toEqual([failed("google_token_invalid")]);
  });

  test("because the player said no leaves a line", async () => {
    expect(await linesOf(() => callback({ error: "access_denied" }))).toEqual([failed("access_denied")]);
  });

  test("because Google has a trouble of its own leaves a line without its words", async () => {
    expect(await linesOf(() => callback({ error: "4/secret" }))).toEqual([failed("server_error")]);
  });

  test("on a page of ours leaves a line", async () => {
    const lines = await linesOf(async () => {
      await get(server, "/auth/google/callback?state=made-up&code=x");
      await get(server, startUrl(server, newGame("https://evil.example/")).slice(server.origin.length));
      await get(server, "/auth/google/start");
    });
    expect(lines).toEqual(
      ["state_unknown", "redirect_uri_invalid", "validation_failed"].map((reason) => failed(reason)),
    );
  });

  test("counts as refused, as it would at the API, and does not keep others from signing in", async () => {
    refuse("invalid_grant", 400);
    const limited = await startTestServer({
      database: server.database,
      env: { RATE_LIMIT: "on" },
      adjust: (config) => ({ ...config, google: { ...config.google, endpoints: google.urls } }),
    });
    const open = server;
    server = limited;
    const statuses: number[] = [];
    for (let n = 0; n < 200; n++) statuses.push((await callback()).status);
    // Slow enough that all of them are under way at once.
    google.misbehave("token", async () => {
      await Bun.sleep(100);
      return Response.json({ error: "invalid_grant" }, { status: 400 });
    });
    const together = await Promise.all(Array.from({ length: 60 }, () => callback()));
    server = open;
    await limited.stop();
    expect(statuses).toEqual(Array(200).fill(302));
    expect(new Set(together.map(({ status }) => status))).toEqual(new Set([302, 429]));
  }, 30_000);
});
