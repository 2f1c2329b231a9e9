import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { createServer, type Server } from "node:net";
import { openEmbeddedForTest } from "../support/databases";
import { type HostileGoogle, startHostileGoogle } from "../support/hostile-google";
import { refreshed } from "../support/players";
import { type Answer, bearer, expectError, get, post } from "../support/requests";
import { startTestServer, type TestServer } from "../support/server";

let google: HostileGoogle;
let server: TestServer;

/** A server on the same database that has asked Google for nothing yet. */
const startServer = async (endpoints: object = {}, database = server.database) =>
  startTestServer({
    database,
    adjust: (config) => ({
      ...config,
      google: { ...config.google, endpoints: { ...google.urls, ...endpoints } },
    }),
  });

beforeAll(async () => {
  google = await startHostileGoogle();
  server = await startServer({}, await openEmbeddedForTest());
}, 60_000);
beforeEach(() => google.behave());
afterAll(async () => {
  await server.stop();
  await server.database.close();
  await google.stop();
});

const byAccessToken = (to = server) => post(to, "/api/login", { access_token: "ya29.x" });
const byIdToken = async (to = server) => post(to, "/api/login", { id_token: await google.idToken() });
const byCode = (to = server) =>
  post(to, "/api/login", {
    code: "4/x",
    code_verifier: "v".repeat(43),
    redirect_uri: "http://localhost:5000/cb",
  });

/** The two proofs for which Google is asked every time, and what is asked. */
const WAYS: [what: string, endpoint: "token" | "tokenInfo", login: (to?: TestServer) => Promise<Answer>][] = [
  ["an access token", "tokenInfo", byAccessToken],
  ["a code", "token", byCode],
];

const BROKEN: [what: string, answer: () => Response][] = [
  ["a 500", () => new Response("<html>oops</html>", { status: 500 })],
  ["a 502", () => Response.json({ error: "backendError" }, { status: 502 })],
  [
    "a 429",
    () => Response.json({ error: "rateLimitExceeded" }, { status: 429, headers: { "retry-after": "9" } }),
  ],
  ["a 404", () => new Response(null, { status: 404 })],
  ["a 204", () => new Response(null, { status: 204 })],
  ["nothing", () => new Response("")],
  ["a page", () => new Response("<html>Sign in to the hotel's network</html>")],
  ["half an answer", () => new Response('{"aud":"', { headers: { "content-type": "application/json" } })],
  ["null", () => Response.json(null)],
];

for (const [what, endpoint, login] of WAYS) {
  describe(`by ${what}`, () => {
    test.each(BROKEN)("S13 Google answers with %s: 503, asked once", async (_broken, answer) => {
      google.misbehave(endpoint, answer);
      expectError(await login(), "google_unavailable");
      expect(google.asked(endpoint)).toBe(1);
    });

    test.each([301, 302, 303, 307, 308])("S12 a %i from Google is not followed", async (status) => {
      const location = endpoint === "tokenInfo" ? `${google.urls.tokenInfo}2` : `${google.urls.token}2`;
      google.misbehave(endpoint, () => new Response(null, { status, headers: { location } }));
      expectError(await login(), "google_unavailable");
      expect(google.requests).toHaveLength(1);
    });

    test.each([400, 401, 403])("a %i of Google's own is a refusal", async (status) => {
      google.misbehave(endpoint, () => Response.json({ error: "invalid_grant" }, { status }));
      expectError(await login(), "google_token_invalid");
    });
  });
}

test("S13 an array or a word where token info should be is never a sign-in", async () => {
  for (const body of [[], "ok", 7, true, {}]) {
    google.misbehave("tokenInfo", () => Response.json(body));
    const { status } = await byAccessToken();
    expect([401, 503]).toContain(status);
  }
});

test("S13 userinfo fails on a first sign-in: 503, and no half-made player", async () => {
  for (const [, answer] of BROKEN) {
    google.misbehave("userinfo", answer);
    expectError(await byAccessToken(), "google_unavailable");
  }
  const { rows } = await server.database.pool.query("SELECT count(*)::int AS users FROM users");
  expect(rows).toEqual([{ users: 0 }]);
});

test("userinfo of somebody else is refused", async () => {
  google.misbehave("userinfo", () => Response.json({ sub: "hostile-2", given_name: "Eve" }));
  expectError(await byAccessToken(), "google_token_invalid");
});

test("a player who was here before needs no userinfo", async () => {
  expect((await byAccessToken()).status).toBe(200);
  google.behave();
  google.misbehave("userinfo", () => new Response(null, { status: 500 }));
  expect((await byAccessToken()).status).toBe(200);
  expect(google.asked("userinfo")).toBe(0);
});

test("S13 Google's keys cannot be had: 503", async () => {
  for (const [, answer] of BROKEN) {
    google.behave();
    google.misbehave("certs", answer);
    const fresh = await startServer();
    expectError(await byIdToken(fresh), "google_unavailable");
    await fresh.stop();
  }
});

test("S13 Google's keys are nonsense: no sign-in and no 500", async () => {
  for (const keys of [7, "keys", [7], [{}], [{ kty: "RSA", kid: "hostile-key", n: "!", e: "AQAB" }]]) {
    google.misbehave("certs", () => Response.json({ keys }));
    const fresh = await startServer();
    const { status } = await byIdToken(fresh);
    expect([401, 503]).toContain(status);
    await fresh.stop();
  }
});

test("S13 nobody listens where Google should be: 503", async () => {
  const nowhere = "http://127.0.0.1:1/x";
  const lost = await startServer({ tokenInfo: nowhere, token: nowhere, certs: nowhere });
  expectError(await byAccessToken(lost), "google_unavailable");
  expectError(await byIdToken(lost), "google_unavailable");
  await lost.stop();
});

describe("S13 Google dawdles", () => {
  let silent: Server;
  let dripping: Server;
  const serving = (server: Server) =>
    new Promise<string>((resolve) =>
      server.listen(0, "127.0.0.1", () =>
        resolve(`http://127.0.0.1:${(server.address() as { port: number }).port}/x`),
      ),
    );
  const drips = new Set<ReturnType<typeof setInterval>>();
  let slowHead: string;
  let slowBody: string;

  beforeAll(async () => {
    silent = createServer((socket) => void socket.on("error", () => {}));
    dripping = createServer((socket) => {
      socket.on("error", () => {});
      socket.write("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n{");
      const drip = setInterval(() => socket.write(" "), 100);
      drips.add(drip);
      socket.on("close", () => clearInterval(drip));
    });
    [slowHead, slowBody] = await Promise.all([serving(silent), serving(dripping)]);
  });
  afterAll(() => {
    for (const drip of drips) clearInterval(drip);
    silent.close();
    dripping.close();
  });

  test("every sign-in ends in a 503 after five seconds, and signed-in players play on", async () => {
    const session = (await byAccessToken()).body;
    const servers = await Promise.all(
      [slowHead, slowBody].map((url) => startServer({ tokenInfo: url, token: url, certs: url })),
    );
    const started = performance.now();
    const waiting = servers.flatMap((slow) => [byAccessToken(slow), byIdToken(slow), byCode(slow)]);
    const slow = servers[0]!;
    const later = await refreshed(slow, session);
    expect((await get(slow, "/api/me", bearer(later))).status).toBe(200);
    expect(performance.now() - started).toBeLessThan(2_500);
    for (const answer of await Promise.all(waiting)) expectError(answer, "google_unavailable");
    expect(performance.now() - started).toBeWithin(4_900, 8_000);
    for (const slow of servers) await slow.stop();
  }, 20_000);
});

test("S11 a Google token is never in a URL", async () => {
  await byAccessToken();
  await byCode();
  await byIdToken();
  expect(google.requests.length).toBeGreaterThanOrEqual(3);
  for (const { url } of google.requests) expect(url).not.toMatch(/[?#]|ya29|4\/x|4%2Fx/);
  expect(google.requests[0]?.authorization).toBe("Bearer ya29.x");
});
