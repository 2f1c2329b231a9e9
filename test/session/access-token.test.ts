import { afterAll, beforeAll, expect, test } from "bun:test";
import { decodeJwt, decodeProtectedHeader, generateKeyPair, jwtVerify } from "jose";
import { loadConfig } from "../../src/config/config";
import { createAccessTokens, OWN_ENDPOINTS } from "../../src/session/access-token";
import { createIssuer } from "../../src/session/issuer";
import { loadKeyRing } from "../../src/session/keys";
import { forge, secretBytes, unsigned } from "../support/access-tokens";
import { TestClock } from "../support/clock";
import { freshAccount, googleTokens, signIn } from "../support/players";
import { bearer, expectError, get, post } from "../support/requests";
import { onEmbedded } from "../support/suite";

onEmbedded((at) => {
  let genuine: string;
  let trap: ReturnType<typeof Bun.serve>;
  let trapped: string[];

  beforeAll(async () => {
    genuine = (await signIn(at.server)).access_token;
    trapped = [];
    trap = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch(request) {
        trapped.push(request.url);
        return Response.json({ keys: [] });
      },
    });
  });
  afterAll(() => trap.stop(true));

  const me = (token: string) => get(at.server, "/api/me", bearer(token));
  const expectRefused = async (token: string) => expectError(await me(token), "invalid_token");
  const now = () => Math.floor(Date.now() / 1000);

  test("an access token is what docs/wire.md says", async () => {
    const session = await signIn(at.server);
    const { payload, protectedHeader } = await jwtVerify(session.access_token, secretBytes());
    expect(protectedHeader).toEqual({ alg: "HS256", typ: "at+jwt", kid: expect.any(String) });
    expect(payload).toEqual({
      client_id: "game",
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      sub: String(session.user.id),
      user_id: session.user.id,
      sid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      type: "access",
      iss: at.server.origin.replace("127.0.0.1", "localhost"),
      aud: "robotouille",
      iat: expect.any(Number),
      exp: expect.any(Number),
    });
    expect(payload.exp! - payload.iat!).toBeWithin(3_599, 3_602);
  });

  test("a token that was taken apart and put together again still works", async () => {
    expect((await me(await forge(genuine, {}))).status).toBe(200);
  });

  test("S25 without a token the challenge is bare", async () => {
    expectError(await get(at.server, "/api/me"), "unauthorized");
    for (const path of ["/api/update_username", "/api/update_picture"]) {
      expectError(await post(at.server, path, {}), "unauthorized");
    }
  });

  test.each([
    "",
    "Bearer",
    "Bearer ",
    "Basic YTpi",
    "bearer",
    "Bearer a b",
    "Bearer a,b",
    "Token abc",
    "a.b.c",
    "Bearer  x",
  ])("S25 an Authorization header like %j is an invalid token", async (authorization) => {
    const answer = await get(at.server, "/api/me", { authorization });
    expect(answer.status).toBe(401);
    expect(["invalid_token", "unauthorized"]).toContain(answer.body.code);
  });

  test("several spaces may stand before the token (RFC 9110 §11.4)", async () => {
    const session = await signIn(at.server);
    for (const gap of ["  ", "   ", " ".repeat(64)]) {
      const authorization = `Bearer${gap}${session.access_token}`;
      expect((await get(at.server, "/api/me", { authorization })).status).toBe(200);
    }
  });

  test("the scheme is Bearer in any case", async () => {
    expect((await get(at.server, "/api/me", { authorization: `bearer ${genuine}` })).status).toBe(200);
  });

  test("a token in the query or the body counts for nothing", async () => {
    expectError(await get(at.server, `/api/me?access_token=${genuine}`), "unauthorized");
    const body = { new_picture: null, access_token: genuine };
    expectError(await post(at.server, "/api/update_picture", body), "unauthorized");
  });

  test("a bad token is a 401 before the body is looked at", async () => {
    expectError(await post(at.server, "/api/update_username", [], bearer("abc")), "invalid_token");
  });

  test.each(["HS384", "HS512"])("S17 %s is not the configured algorithm", async (alg) => {
    await expectRefused(await forge(genuine, { header: { alg } }));
  });

  test.each(["RS256", "ES256", "EdDSA", "PS256"])(
    "S17 %s with a key of one's own is refused",
    async (alg) => {
      const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
      const jwk = await crypto.subtle.exportKey("jwk", publicKey);
      await expectRefused(await forge(genuine, { header: { alg, jwk }, key: privateKey }));
    },
  );

  test.each(["none", "None", "NONE", "nOnE", ""])("S7 S17 alg %j is refused", async (alg) => {
    const header = { ...decodeProtectedHeader(genuine), alg };
    await expectRefused(unsigned(header, decodeJwt(genuine)));
    await expectRefused(unsigned(header, decodeJwt(genuine), genuine.split(".")[2]));
  });

  test.each([[undefined], [1], [null], [["HS256"]], [{ a: 1 }]])("S17 alg %j is refused", async (alg) => {
    const header = { ...decodeProtectedHeader(genuine), alg };
    await expectRefused(unsigned(header, decodeJwt(genuine), genuine.split(".")[2]));
  });

  test("a token signed with another secret is refused", async () => {
    await expectRefused(await forge(genuine, { key: crypto.getRandomValues(new Uint8Array(32)) }));
  });

  test("our key's public name is no secret to sign with", async () => {
    const { kid } = decodeProtectedHeader(genuine);
    await expectRefused(await forge(genuine, { key: new TextEncoder().encode(kid!.padEnd(32, "\0")) }));
  });

  test.each([
    ["typ", { header: { typ: "JWT" } }],
    ["typ, which an id token or any other of our secret's might have", { header: { typ: undefined } }],
    ["typ", { header: { typ: "at+jwt+more" } }],
    ["iss", { claims: { iss: "https://accounts.google.com" } }],
    ["iss", { claims: { iss: undefined } }],
    ["iss", { claims: { iss: ["robotouille-account-server"] } }],
    ["aud", { claims: { aud: "another-game" } }],
    ["aud", { claims: { aud: undefined } }],
    ["aud", { claims: { aud: ["another-game"] } }],
    ["type", { claims: { type: "refresh" } }],
    ["type", { claims: { type: undefined } }],
  ])("S18 a token with the wrong %s is refused", async (_what, forgery) => {
    await expectRefused(await forge(genuine, forgery));
  });

  test.each(["exp", "sub", "sid", "iat", "user_id"])("S19 a token without %s is refused", async (claim) => {
    await expectRefused(await forge(genuine, { claims: { [claim]: undefined } }));
  });

  test.each([
    ["a subject that is a number", { sub: 1 }],
    ["a subject that is not its user id", { sub: "999999" }],
    ["a user id that is text", { user_id: "1" }],
    ["a user id that is a fraction", { user_id: 1.5, sub: "1.5" }],
    ["a user id beyond every table", { user_id: 2 ** 40, sub: String(2 ** 40) }],
    ["a negative user id", { user_id: -1, sub: "-1" }],
    ["a session that is no UUID", { sid: "1' OR '1'='1" }],
    ["a session that does not exist", { sid: "01985f3a-7c1e-7000-8000-6d1f2a9b3c4d" }],
    ["a session that is a list", { sid: ["01985f3a-7c1e-7000-8000-6d1f2a9b3c4d"] }],
  ])("S19 %s is refused", async (_what, claims) => {
    await expectRefused(await forge(genuine, { claims }));
  });

  test("a token that names another player's session is refused", async () => {
    const other = decodeJwt((await signIn(at.server)).access_token);
    await expectRefused(await forge(genuine, { claims: { sid: other.sid } }));
  });

  test.each([
    ["exp in the past", () => ({ exp: now() - 1 })],
    ["exp now", () => ({ exp: now() })],
    ["exp as a string", () => ({ exp: String(now() + 600) })],
    ["exp as a date", () => ({ exp: new Date(Date.now() + 600_000).toISOString() })],
    ["exp of null", () => ({ exp: null })],
    ["exp below zero", () => ({ exp: -1 })],
    ["nbf in the future", () => ({ nbf: now() + 60 })],
    ["nbf as a string", () => ({ nbf: String(now() - 60) })],
    ["iat as a string", () => ({ iat: String(now()) })],
  ])("S20 a token with %s is refused", async (_what, claims) => {
    await expectRefused(await forge(genuine, { claims: claims() }));
  });

  test("S20 a token is refused from the second on that it expires", async () => {
    const { access_token, expires_in } = await signIn(at.server);
    at.server.clock.advance(expires_in - 5);
    expect((await me(access_token)).status).toBe(200);
    at.server.clock.advance(6);
    await expectRefused(access_token);
    at.server.clock.advance(-expires_in - 1);
  });

  test("S21 no address in a header is ever fetched", async () => {
    const url = `${trap.url}keys.json`;
    const headers: Record<string, unknown>[] = [{ jku: url }, { x5u: url }, { jku: url, kid: "theirs" }];
    for (const header of headers) {
      await me(await forge(genuine, { header }));
      await expectRefused(await forge(genuine, { header, key: new Uint8Array(32).fill(7) }));
    }
    const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
    const jwk = await crypto.subtle.exportKey("jwk", publicKey);
    await expectRefused(await forge(genuine, { header: { alg: "ES256", jwk, jku: url }, key: privateKey }));
    expect(trapped).toEqual([]);
  });

  test.each([
    "../../../../etc/passwd",
    "/dev/null",
    "' OR '1'='1",
    "'; DROP TABLE users; --",
    "__proto__",
    "constructor",
    "",
    "x".repeat(2_000),
    "\0",
  ])("S21 a kid like %j names no key", async (kid) => {
    await expectRefused(await forge(genuine, { header: { kid } }));
    await expectRefused(await forge(genuine, { header: { kid }, key: new Uint8Array(32) }));
  });

  test.each([[1], [null], [["x"]], [{ toString: 1 }], [undefined]])(
    "S21 a kid of %j names no key",
    async (kid) => {
      await expectRefused(await forge(genuine, { header: { kid } }));
    },
  );

  test("S22 a payload of invalid UTF-8 is refused although it is signed", async () => {
    const text = JSON.stringify({ ...decodeJwt(genuine), x: "?" });
    const payload = Buffer.from(text);
    payload[text.indexOf("?")] = 0xff;
    await expectRefused(await forge(genuine, { payload }));
  });

  test.each([
    ["text", "hello"],
    ["null", "null"],
    ["an array", "[]"],
    ["nothing", ""],
    ["half an object", '{"sub":"1"'],
    ["deep brackets", "[".repeat(1_000)],
    ["a prototype", '{"__proto__":{"sub":"1","exp":9999999999}}'],
  ])("S22 a signed payload of %s is refused", async (_what, text) => {
    await expectRefused(await forge(genuine, { payload: new TextEncoder().encode(text) }));
  });

  test("S22 the signature is checked before the claims: a bad one hides what they are", async () => {
    const seen = new Set<string>();
    for (const claims of [{}, { exp: 1 }, { iss: "x" }, { sub: undefined }]) {
      const token = await forge(genuine, { claims, key: new Uint8Array(32).fill(1) });
      const { body } = await me(token);
      seen.add(JSON.stringify({ ...body, request_id: "" }));
    }
    expect(seen.size).toBe(1);
  });

  test("S22 every single changed character of a token is noticed", async () => {
    const answers = await Promise.all(
      Array.from({ length: genuine.length }, (_, index) => {
        const other = genuine[index] === "A" ? "B" : "A";
        return me(genuine.slice(0, index) + other + genuine.slice(index + 1));
      }),
    );
    const accepted = answers.flatMap(({ status }, index) => (status === 401 ? [] : [index]));
    // The last character of a base64url group has bits that mean nothing.
    expect(accepted.filter((index) => index !== genuine.length - 1)).toEqual([]);
  });

  test.each([
    ["two parts", (t: string) => t.split(".").slice(0, 2).join(".")],
    ["four parts", (t: string) => `${t}.${t.split(".")[2]}`],
    ["five parts, like an encrypted one", (t: string) => `${t}.a.b`],
    ["an empty header", (t: string) => t.replace(/^[^.]+/, "")],
    ["an empty payload", (t: string) => t.replace(/\.[^.]+\./, "..")],
    ["no signature", (t: string) => t.replace(/[^.]+$/, "")],
    ["dots only", () => ".."],
    ["a signature cut short", (t: string) => t.slice(0, -4)],
    ["a comma and another token", (t: string) => `${t},${t}`],
    ["quotes", (t: string) => `"${t}"`],
    ["15 KB", (t: string) => `${t}${"A".repeat(15_000)}`],
  ])("S23 a token with %s is refused", async (_what, change) => {
    await expectRefused(change(genuine));
  });

  test("a refresh token is no access token, nor is Google's", async () => {
    const { refresh_token } = await signIn(at.server);
    const { access_token, id_token } = await googleTokens(at.server, { account: freshAccount() });
    for (const token of [refresh_token, access_token, id_token]) await expectRefused(token);
  });
});

test("S19 a token that has been seen is refused when its time is over, and taken again by a clock that is set back", async () => {
  const clock = new TestClock();
  const config = loadConfig({ cwd: import.meta.dir, env: { JWT_SECRET: secretBytes().toString() } });
  const tokens = createAccessTokens(
    await loadKeyRing(config.security, import.meta.dir),
    { expiresInSeconds: 60, audience: "game", issuer: createIssuer(config.server), firstPartyIds: [] },
    clock,
  );
  const whose = { userId: 7, sessionId: Bun.randomUUIDv7() };
  const token = await tokens.issue({ ...whose, ...OWN_ENDPOINTS, jkt: null, roles: "player" });
  expect(await tokens.verify(token)).toMatchObject(whose);
  clock.advance(57);
  expect(await tokens.verify(token)).toMatchObject(whose);
  clock.advance(3);
  expect(await tokens.verify(token)).toBeNull();
  clock.advance(-3);
  expect(await tokens.verify(token)).toMatchObject(whose);
});
