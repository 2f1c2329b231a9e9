import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { createPublicKey } from "node:crypto";
import { decodeProtectedHeader, generateKeyPair, jwtVerify } from "jose";
import { locationOf, newGame, startUrl } from "../support/authorization";
import { openEmbeddedForTest } from "../support/databases";
import { BUNDLE_ID, PATHS, SERVICES_ID, startHostileApple, withApple } from "../support/hostile-apple";
import type { HostileIssuer } from "../support/hostile-issuer";
import { expectError, expectInvalid, post } from "../support/requests";
import { startTestServer, type TestServer } from "../support/server";

let apple: HostileIssuer;
let server: TestServer;

beforeAll(async () => {
  apple = await startHostileApple();
  server = await startTestServer({
    database: await openEmbeddedForTest(),
    adjust: (config) => withApple(config, apple),
  });
}, 60_000);
beforeEach(() => apple.behave());
afterAll(async () => {
  await server.stop();
  await server.database.close();
  await apple.stop();
});

const GRANT = {
  code: "c-secret-code",
  code_verifier: "v".repeat(43),
  redirect_uri: "http://localhost:5000/cb",
};
const login = (proof: object, to = server) => post(to, "/api/login", { provider: "apple", ...proof });
const byCode = (changes: object = {}, to = server) => login({ ...GRANT, ...changes }, to);
const codeOf = async (answer: Promise<{ body: { code: string } }>) => (await answer).body.code;

describe("an id token", () => {
  test.each([SERVICES_ID, BUNDLE_ID])("for %s signs in", async (aud) => {
    const { status, body } = await login({ id_token: await apple.idToken({ aud }) });
    expect([status, body.user?.email]).toEqual([200, "hostile@players.example"]);
  });

  test("for another app is told from a bad one", async () => {
    const id_token = await apple.idToken({ aud: "example.other.game" });
    expectError(await login({ id_token }), "provider_audience_mismatch");
  });

  test("carries the nonce as the game handed it to Apple", async () => {
    const nonce = new Bun.CryptoHasher("sha256").update("the game's own").digest("hex");
    const id_token = await apple.idToken({ nonce });
    expect((await login({ id_token, nonce })).status).toBe(200);
    expectError(await login({ id_token, nonce: "the game's own" }), "provider_token_invalid");
    expectError(await login({ id_token: await apple.idToken(), nonce }), "provider_token_invalid");
  });

  test.each([
    ["of another issuer", { iss: "https://appleid.apple.com/" }, {}],
    ["that is past", { iat: 1_600_000_000, exp: 1_600_086_400 }, {}],
    ["of nobody", { sub: "" }, {}],
    ["with an algorithm that is not Apple's", {}, { alg: "ES256" }],
    ["under a key id that Apple has not", {}, { header: { kid: "theirs" } }],
  ])("%s is refused", async (_what, claims, how) => {
    expectError(await login({ id_token: await apple.idToken(claims, how) }), "provider_token_invalid");
  });

  test("of a foreign key is refused", async () => {
    const { privateKey: key } = await generateKeyPair("RS256");
    expectError(await login({ id_token: await apple.idToken({}, { key }) }), "provider_token_invalid");
  });

  test("as Apple dates it, for a day from a clock that is ahead, is taken", async () => {
    const iat = Math.floor(Date.now() / 1_000) + 60;
    expect((await login({ id_token: await apple.idToken({ iat, exp: iat + 86_400 }) })).status).toBe(200);
  });

  test("serves once", async () => {
    const id_token = await apple.idToken();
    expect((await login({ id_token })).status).toBe(200);
    server.clock.advance(61);
    expectError(await login({ id_token }), "provider_token_invalid");
  });

  test("of a relay address keeps it as it is", async () => {
    const email = "x7k2m9@privaterelay.appleid.com";
    const id_token = await apple.idToken({ sub: "relayed", email, is_private_email: "true" });
    expect((await login({ id_token })).body.user.email).toBe(email);
    const { rows } = await server.database.pool.query(
      "SELECT email, email_verified FROM identities WHERE subject = 'relayed'",
    );
    expect(rows).toEqual([{ email, email_verified: true }]);
  });
});

describe("a code", () => {
  test("is exchanged with a client secret that the team's key signed for minutes", async () => {
    expect((await byCode()).status).toBe(200);
    const { form } = apple.asked(PATHS.token)[0]!;
    const { client_secret: secret = "", ...rest } = Object.fromEntries(form);
    expect(rest).toEqual({ grant_type: "authorization_code", client_id: SERVICES_ID, ...GRANT });
    expect(decodeProtectedHeader(secret)).toEqual({ alg: "ES256", kid: "KEY4567890" });
    const publicKey = createPublicKey(server.config.apple?.privateKey ?? "");
    const { payload } = await jwtVerify(secret, publicKey);
    expect(payload).toMatchObject({
      iss: "TEAM567890",
      sub: SERVICES_ID,
      aud: "https://appleid.apple.com",
    });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(300);
    expect(Math.abs((payload.iat ?? 0) * 1_000 - server.clock.now().getTime())).toBeLessThan(5_000);
  });

  test("needs its redirect, and a verifier or a nonce", async () => {
    expectInvalid(await byCode({ redirect_uri: undefined }), "redirect_uri");
    expectInvalid(await byCode({ code_verifier: undefined }), "code_verifier");
    expect(apple.asked(PATHS.token)).toEqual([]);
    apple.misbehave(PATHS.token, async () =>
      Response.json({ id_token: await apple.idToken({ nonce: "n" }) }),
    );
    expect((await byCode({ code_verifier: undefined, nonce: "n" })).status).toBe(200);
    expect(apple.asked(PATHS.token)[0]?.form.has("code_verifier")).toBe(false);
    expectError(await byCode({ nonce: "another" }), "provider_token_invalid");
  });

  test.each(["invalid_grant", "invalid_request"])("that Apple refuses with %s is refused", async (error) => {
    apple.misbehave(PATHS.token, () => Response.json({ error }, { status: 400 }));
    expectError(await byCode(), "provider_token_invalid");
  });

  test.each(["invalid_client", "unauthorized_client"])(
    "that fails for our own settings, %s, is our failure, with the setting in the log",
    async (error) => {
      apple.misbehave(PATHS.token, () => Response.json({ error }, { status: 400 }));
      expectError(await byCode(), "provider_unavailable_now");
      const line = (await server.logLines()).findLast(({ event }) => event === "request_failed");
      expect(line).toMatchObject({ cause: error, setting: "APPLE_PRIVATE_KEY" });
    },
  );

  test("of another application is told from a bad one", async () => {
    apple.misbehave(PATHS.token, async () => Response.json({ id_token: await apple.idToken({ aud: "x" }) }));
    expectError(await byCode(), "provider_audience_mismatch");
  });

  test("that comes back without an id token proves nobody", async () => {
    apple.misbehave(PATHS.token, () => Response.json({ access_token: "a" }));
    expectError(await byCode(), "provider_token_invalid");
  });
});

describe("Apple is down", () => {
  test.each([
    ["a 500", () => new Response("<html>oops</html>", { status: 500 })],
    ["a 429", () => Response.json({}, { status: 429 })],
    ["a 404", () => new Response(null, { status: 404 })],
    ["a 302", () => new Response(null, { status: 302, headers: { location: "https://evil.example" } })],
    ["a page", () => new Response("<html>Sign in to the hotel's network</html>")],
    ["nothing", () => new Response("")],
  ])("with %s, at its keys or its tokens: 503", async (_what, answer) => {
    for (const path of [PATHS.token, PATHS.keys]) {
      const fresh = await startTestServer({
        database: server.database,
        adjust: (config) => withApple(config, apple),
      });
      apple.behave();
      apple.misbehave(path, answer);
      expect(await codeOf(byCode({}, fresh))).toBe("provider_unavailable_now");
      await fresh.stop();
    }
  });

  test("and says nothing: 503 after five seconds", async () => {
    apple.misbehave(PATHS.token, () => new Promise<Response>(() => {}));
    const startedAt = performance.now();
    expectError(await byCode(), "provider_unavailable_now");
    expect(performance.now() - startedAt).toBeWithin(4_500, 8_500);
  }, 15_000);
});

test("its page is asked for the name by a form, with PKCE, a state and a nonce", async () => {
  const page = await locationOf(startUrl(server, newGame()).replace("/auth/google/", "/auth/apple/"));
  expect(page.origin + page.pathname).toBe(`${apple.origin}/auth/authorize`);
  expect(Object.fromEntries(page.searchParams)).toEqual({
    client_id: SERVICES_ID,
    redirect_uri: expect.stringMatching(/\/auth\/apple\/callback$/),
    response_type: "code",
    response_mode: "form_post",
    scope: "name email",
    state: expect.any(String),
    nonce: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge_method: "S256",
  });
});

test("a server without Apple's settings has no such way in", async () => {
  const without = await startTestServer({ database: server.database });
  expectError(await login({ id_token: await apple.idToken() }, without), "provider_unavailable");
  await without.stop();
});

test("nothing of a token, a code or a key is in the log", async () => {
  const id_token = await apple.idToken({ aud: "x" });
  await login({ id_token });
  await byCode();
  const written = JSON.stringify(await server.logLines()) + server.terminal();
  const [, key = ""] = (server.config.apple?.privateKey ?? "").split("\n");
  for (const secret of [id_token.split(".")[1] ?? "", GRANT.code, key, "hostile@players.example"])
    expect(written).not.toContain(secret);
});
