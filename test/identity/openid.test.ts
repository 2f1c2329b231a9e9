import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { challengeOf, locationOf, newGame, startUrl, visit } from "../support/authorization";
import { openEmbeddedForTest } from "../support/databases";
import type { HostileIssuer } from "../support/hostile-issuer";
import {
  discoveryOf,
  OPENID_CLIENT,
  PATHS,
  startHostileOpenId,
  withIssuers,
} from "../support/hostile-openid";
import { expectError, expectInvalid, post } from "../support/requests";
import { startTestServer, type TestServer, type TestServerOptions } from "../support/server";

let issuer: HostileIssuer;
let other: HostileIssuer;
let server: TestServer;
const GRANT = { code: "a-code", code_verifier: "v".repeat(43), redirect_uri: "http://localhost:5000/cb" };

/** A server on the same database that has asked nobody for anything. */
const freshServer = (
  changes: Parameters<typeof withIssuers>[1] = { studio: issuer, other },
  options: Partial<TestServerOptions> = {},
) =>
  startTestServer({
    database: server.database,
    adjust: (config) => withIssuers(config, changes),
    ...options,
  });

beforeAll(async () => {
  issuer = await startHostileOpenId();
  other = await startHostileOpenId();
  server = await startTestServer({
    database: await openEmbeddedForTest(),
    adjust: (config) => withIssuers(config, { studio: issuer, other }),
  });
}, 60_000);
beforeEach(() => {
  issuer.behave();
  other.behave();
});
afterAll(async () => {
  await server.stop();
  await server.database.close();
  await Promise.all([issuer.stop(), other.stop()]);
});

const byCode = (to = server, extra: object = {}) =>
  post(to, "/api/login", { provider: "studio", ...GRANT, ...extra });
const byIdToken = async (to = server) =>
  post(to, "/api/login", { provider: "studio", id_token: await issuer.idToken() });

describe("a code", () => {
  test("is exchanged with its verifier, its redirect and the secret", async () => {
    const { status, body } = await byCode();
    expect([status, body.user.email]).toEqual([200, "hostile@players.example"]);
    const [asked] = issuer.asked(PATHS.token);
    expect(Object.fromEntries(asked?.form ?? [])).toEqual({ grant_type: "authorization_code", ...GRANT });
    expect(asked?.authorization).toBe(`Basic ${btoa("our%2Dgame:s3cret")}`);
  });

  test.each(["code_verifier", "redirect_uri"])("without %s is an incomplete request", async (missing) => {
    expectInvalid(await byCode(server, { [missing]: undefined }), missing);
  });

  test("of a public client goes without a secret, and one of client_secret_post with it in the form", async () => {
    const post_only = await startHostileOpenId({
      token_endpoint_auth_methods_supported: ["client_secret_post"],
    });
    for (const [clientSecret, expected] of [
      [null, {}],
      ["a secret", { client_secret: "a secret" }],
    ] as const) {
      const fresh = await freshServer({ studio: { origin: post_only.origin, clientSecret } });
      expect((await byCode(fresh)).status).toBe(200);
      const { form, authorization } = post_only.asked(PATHS.token).at(-1)!;
      expect(Object.fromEntries(form)).toEqual({
        grant_type: "authorization_code",
        client_id: OPENID_CLIENT,
        ...GRANT,
        ...expected,
      });
      expect(authorization).toBeNull();
      await fresh.stop();
    }
    await post_only.stop();
  });

  test.each([400, 401, 403])("that the issuer refuses with %i is refused", async (status) => {
    issuer.misbehave(PATHS.token, () => Response.json({ error: "invalid_grant" }, { status }));
    expectError(await byCode(), "provider_token_invalid");
    issuer.misbehave(PATHS.token, () => new Response("<h1>No</h1>", { status }));
    expectError(await byCode(), "provider_token_invalid");
  });

  test("that comes back without an id token proves nobody", async () => {
    issuer.misbehave(PATHS.token, () => Response.json({ access_token: "at", token_type: "Bearer" }));
    expectError(await byCode(), "provider_token_invalid");
  });

  test("must bring the nonce that it was asked for with", async () => {
    const answerWith = (nonce?: string) =>
      issuer.misbehave(PATHS.token, async () => Response.json({ id_token: await issuer.idToken({ nonce }) }));
    answerWith("n-1");
    expect((await byCode(server, { nonce: "n-1" })).status).toBe(200);
    expectError(await byCode(server, { nonce: "n-2" }), "provider_token_invalid");
    answerWith();
    expectError(await byCode(server, { nonce: "n-1" }), "provider_token_invalid");
  });

  test("of another application is told from a bad one", async () => {
    issuer.misbehave(PATHS.token, async () =>
      Response.json({ id_token: await issuer.idToken({ aud: "x" }) }),
    );
    expectError(await byCode(), "provider_audience_mismatch");
  });

  test("that our own settings fail for is our failure, with the setting in the log", async () => {
    issuer.misbehave(PATHS.token, () => Response.json({ error: "invalid_client" }, { status: 401 }));
    const answer = await byCode();
    expectError(answer, "provider_unavailable_now");
    const line = (await server.logLines()).findLast(({ event }) => event === "request_failed");
    expect(line).toMatchObject({ cause: "invalid_client", setting: "OPENID_CLIENT_SECRETS" });
  });
});

describe("the profile", () => {
  const newPlayer = (claims: object) =>
    issuer.misbehave(PATHS.token, async () =>
      Response.json({
        access_token: "at-9",
        token_type: "Bearer",
        id_token: await issuer.idToken({ name: undefined, given_name: undefined, ...claims }),
      }),
    );

  test("is asked for when somebody is new and the id token has no name", async () => {
    newPlayer({ sub: "asked-1" });
    issuer.misbehave(PATHS.userinfo, () => Response.json({ sub: "asked-1", preferred_username: "Quince" }));
    const { body } = await byCode();
    expect(body.user.name).toBe("Quince");
    expect(issuer.asked(PATHS.userinfo)[0]?.authorization).toBe("Bearer at-9");
    await byCode();
    expect(issuer.asked(PATHS.userinfo)).toHaveLength(1);
  });

  test("is taken from the id token where that has it", async () => {
    newPlayer({ sub: "asked-2", given_name: "Medlar" });
    expect((await byCode()).body.user.name).toBe("Medlar");
    expect(issuer.asked(PATHS.userinfo)).toEqual([]);
  });

  test("of somebody else is not taken (§5.3.2)", async () => {
    newPlayer({ sub: "asked-3" });
    issuer.misbehave(PATHS.userinfo, () => Response.json({ sub: "another", name: "Mallory" }));
    expectError(await byCode(), "provider_token_invalid");
  });

  test("a name that is an email address names nobody", async () => {
    newPlayer({ sub: "asked-4", preferred_username: "rue@players.example" });
    expect((await byCode()).body.user.name).not.toContain("rue");
  });
});

describe("discovery", () => {
  test("is asked for once an hour, with the first sign-in", async () => {
    const fresh = await freshServer();
    expect(issuer.asked(PATHS.discovery)).toEqual([]);
    await Promise.all([byIdToken(fresh), byIdToken(fresh), byCode(fresh)]);
    expect(issuer.asked(PATHS.discovery)).toHaveLength(1);
    fresh.clock.advance(3_599);
    await byCode(fresh);
    expect(issuer.asked(PATHS.discovery)).toHaveLength(1);
    fresh.clock.advance(2);
    await byCode(fresh);
    expect(issuer.asked(PATHS.discovery)).toHaveLength(2);
    await fresh.stop();
  });

  test("that fails is asked for again after 30 seconds", async () => {
    const fresh = await freshServer();
    issuer.misbehave(PATHS.discovery, () => new Response(null, { status: 500 }));
    for (let n = 0; n < 3; n++) expectError(await byIdToken(fresh), "provider_unavailable_now");
    expect(issuer.asked(PATHS.discovery)).toHaveLength(1);
    issuer.behave();
    expectError(await byIdToken(fresh), "provider_unavailable_now");
    fresh.clock.advance(30);
    expect((await byIdToken(fresh)).status).toBe(200);
    await fresh.stop();
  });

  test("is used for a day longer while the issuer is out", async () => {
    const fresh = await freshServer();
    await byCode(fresh);
    issuer.misbehave(PATHS.discovery, () => new Response(null, { status: 503 }));
    issuer.misbehave(PATHS.keys, () => new Response(null, { status: 503 }));
    fresh.clock.advance(3_601);
    expect((await byCode(fresh)).status).toBe(200);
    fresh.clock.advance(86_400);
    expectError(await byCode(fresh), "provider_unavailable_now");
    await fresh.stop();
  });

  test.each([
    ["names another issuer", { issuer: "https://evil.example" }, "another_issuer"],
    ["names none", { issuer: undefined }, "another_issuer"],
    ["has its keys on a host without TLS", { jwks_uri: "http://keys.example/" }, "unsafe_jwks_uri"],
    ["takes codes by another scheme", { token_endpoint: "ftp://x.example/t" }, "unsafe_token_endpoint"],
    ["has no keys", { jwks_uri: undefined }, "no_jwks_uri"],
  ])("that %s is not used", async (_what, changes, cause) => {
    issuer.misbehave(PATHS.discovery, () => Response.json({ ...discoveryOf(issuer.origin), ...changes }));
    const fresh = await freshServer();
    expectError(await byIdToken(fresh), "provider_unavailable_now");
    expect((await fresh.logLines()).at(-1)).toMatchObject({ cause });
    await fresh.stop();
  });
});

const BROKEN: [what: string, answer: () => Response][] = [
  ["a 500", () => new Response("<html>oops</html>", { status: 500 })],
  ["a 429", () => Response.json({ error: "slow_down" }, { status: 429 })],
  ["a 302", () => new Response(null, { status: 302, headers: { location: "https://evil.example" } })],
  ["a page", () => new Response("<html>Sign in to the hotel's network</html>")],
  [
    "half an answer",
    () => new Response('{"id_token":"', { headers: { "content-type": "application/json" } }),
  ],
  ["nothing", () => new Response("")],
  ["a megabyte", () => Response.json({ filler: "x".repeat(1_000_000) })],
];
for (const path of [PATHS.discovery, PATHS.keys, PATHS.token])
  test.each(BROKEN)(`S13 %s at ${path} is a 503 for this issuer alone`, async (_what, answer) => {
    issuer.misbehave(path, answer);
    const fresh = await freshServer();
    expectError(await byCode(fresh), "provider_unavailable_now");
    const elsewhere = { provider: "other", id_token: await other.idToken() };
    expect((await post(fresh, "/api/login", elsewhere)).status).toBe(200);
    await fresh.stop();
  });

test("S13 an issuer that says nothing is given up after five seconds", async () => {
  issuer.misbehave(PATHS.token, () => new Promise<Response>(() => {}));
  const startedAt = performance.now();
  expectError(await byCode(), "provider_unavailable_now");
  expect(performance.now() - startedAt).toBeWithin(4_500, 8_500);
}, 15_000);

test("the same subject at two issuers is two players", async () => {
  const [here, there] = [
    await byIdToken(),
    await post(server, "/api/login", { provider: "other", id_token: await other.idToken() }),
  ];
  expect(here.body.user.id).not.toBe(there.body.user.id);
  const theirs = { provider: "other", id_token: await issuer.idToken() };
  expectError(await post(server, "/api/login", theirs), "provider_token_invalid");
});

describe("its page", () => {
  const start = (to: TestServer) => startUrl(to, newGame()).replace("/auth/google/", "/auth/studio/");

  test("is asked with PKCE, a state and a nonce, beside what its address has already", async () => {
    const game = newGame();
    const page = await locationOf(startUrl(server, game).replace("/auth/google/", "/auth/studio/"));
    expect(page.origin + page.pathname).toBe(`${issuer.origin}/authorize`);
    const query = Object.fromEntries(page.searchParams);
    expect(query).toEqual({
      tenant: "7",
      client_id: OPENID_CLIENT,
      redirect_uri: expect.stringMatching(/\/auth\/studio\/callback$/),
      response_type: "code",
      scope: "openid profile email",
      state: expect.any(String),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: "S256",
    });
    expect(query.code_challenge).not.toBe(challengeOf(game.codeVerifier));
  });

  /** What comes back to the game when the issuer answers like this. */
  const answered = async (to: TestServer, answer: Record<string, string>) => {
    const page = await locationOf(start(to));
    issuer.misbehave(PATHS.token, async () =>
      Response.json({ id_token: await issuer.idToken({ nonce: page.searchParams.get("nonce") }) }),
    );
    const state = page.searchParams.get("state") ?? "";
    const query = new URLSearchParams({ code: "c", state, ...answer });
    return (await locationOf(`${to.origin}/auth/studio/callback?${query}`)).searchParams;
  };

  test("comes back with a login code, and with the issuer's name or without", async () => {
    expect((await answered(server, {})).get("code")).toBeTruthy();
    expect((await answered(server, { iss: issuer.origin })).get("code")).toBeTruthy();
  });

  test("RFC 9207 another issuer's answer is none", async () => {
    expect((await answered(server, { iss: "https://evil.example" })).get("error")).toBe("server_error");
    expect(issuer.asked(PATHS.token)).toEqual([]);
  });

  test("RFC 9207 an answer without a name is none where the issuer says that it has one", async () => {
    const says = { authorization_response_iss_parameter_supported: true };
    issuer.misbehave(PATHS.discovery, () => Response.json({ ...discoveryOf(issuer.origin), ...says }));
    const fresh = await freshServer();
    expect((await answered(fresh, {})).get("error")).toBe("server_error");
    expect((await answered(fresh, { iss: issuer.origin })).get("code")).toBeTruthy();
    await fresh.stop();
  });

  test("an id token of another sign-in is refused", async () => {
    const page = await locationOf(start(server));
    const query = new URLSearchParams({ code: "c", state: page.searchParams.get("state") ?? "" });
    issuer.misbehave(PATHS.token, async () =>
      Response.json({ id_token: await issuer.idToken({ nonce: "x" }) }),
    );
    const back = await locationOf(`${server.origin}/auth/studio/callback?${query}`);
    expect(back.searchParams.get("error")).toBe("access_denied");
  });

  test("is a page of ours that says so while the issuer is down", async () => {
    issuer.misbehave(PATHS.discovery, () => new Response(null, { status: 500 }));
    const fresh = await freshServer();
    const response = await visit(start(fresh));
    expect(response.status).toBe(503);
    expect(await response.text()).toContain("The provider does not answer");
    await fresh.stop();
  });
});

test("nothing of a token, a code or a secret is in the log", async () => {
  const token = await issuer.idToken({ aud: "x" });
  await post(server, "/api/login", { provider: "studio", id_token: token });
  await byCode(server, { code: "a-secret-code" });
  const written = JSON.stringify(await server.logLines()) + server.terminal();
  for (const secret of [token.split(".")[1], "a-secret-code", "s3cret", "hostile@players.example"])
    expect(written).not.toContain(secret as string);
});
