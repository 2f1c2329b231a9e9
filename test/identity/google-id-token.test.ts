import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from "jose";
import { unsigned } from "../support/access-tokens";
import { openEmbeddedForTest } from "../support/databases";
import { type HostileGoogle, startHostileGoogle } from "../support/hostile-google";
import { expectError, post } from "../support/requests";
import { CLIENT_ID, startTestServer, type TestServer } from "../support/server";

let google: HostileGoogle;
let server: TestServer;

beforeAll(async () => {
  google = await startHostileGoogle();
  server = await startTestServer({
    database: await openEmbeddedForTest(),
    adjust: (config) => ({
      ...config,
      google: { ...config.google, clientIds: [CLIENT_ID, "our-phone-game"], endpoints: google.urls },
    }),
  });
}, 60_000);
beforeEach(() => google.behave());
afterAll(async () => {
  await server.stop();
  await server.database.close();
  await google.stop();
});

const login = (id_token: string, extra: object = {}) => post(server, "/api/login", { id_token, ...extra });
const now = () => Math.floor(Date.now() / 1_000);
const expectRefused = async (token: string) => expectError(await login(token), "google_token_invalid");
const HOUR = 3_600;

test("Google's id token signs in", async () => {
  const { status, body } = await login(await google.idToken());
  expect([status, body.user?.email]).toEqual([200, "hostile@players.example"]);
});

test.each(["https://accounts.google.com", "accounts.google.com"])(
  "S3 Google's issuer may be %s",
  async (iss) => {
    expect((await login(await google.idToken({ iss }))).status).toBe(200);
  },
);

test.each([
  "http://accounts.google.com",
  "https://accounts.google.com/",
  "https://accounts.google.com.evil.example",
  "https://evil.example",
  "ACCOUNTS.GOOGLE.COM",
  "",
  undefined,
])("S3 an issuer of %j is refused", async (iss) => {
  await expectRefused(await google.idToken({ iss }));
});

test("S4 every client id of ours is an audience", async () => {
  expect((await login(await google.idToken({ aud: "our-phone-game" }))).status).toBe(200);
});

test.each([
  ["another-game"],
  [`${CLIENT_ID}.evil`],
  [""],
  [null],
  [[CLIENT_ID, "another-game"]],
  [undefined],
])("S1 S4 an audience of %j is refused", async (aud) => {
  const answer = await login(await google.idToken({ aud }));
  expect(answer.status).toBe(401);
  expect(["google_audience_mismatch", "google_token_invalid"]).toContain(answer.body.code);
});

test("S4 a token for another app is told from a bad one", async () => {
  expectError(await login(await google.idToken({ aud: "another-game" })), "google_audience_mismatch");
});

describe("S5 times, with 300 seconds for clocks that differ", () => {
  test.each([
    ["expired ten minutes ago", () => ({ iat: now() - HOUR - 600, exp: now() - 600 })],
    ["issued in ten minutes", () => ({ iat: now() + 600, exp: now() + HOUR })],
    ["issued more than a day ago", () => ({ iat: now() - 25 * HOUR, exp: now() + 600 })],
    ["good for longer than a day", () => ({ iat: now(), exp: now() + 26 * HOUR })],
    ["without an end", () => ({ exp: undefined })],
    ["without a beginning", () => ({ iat: undefined })],
    ["with text for an end", () => ({ exp: String(now() + HOUR) })],
    ["with text for a beginning", () => ({ iat: "yesterday" })],
    ["with an end of null", () => ({ exp: null })],
  ])("a token %s is refused", async (_what, claims) => {
    await expectRefused(await google.idToken(claims()));
  });

  test.each([
    ["expired two minutes ago", () => ({ iat: now() - HOUR, exp: now() - 120 })],
    ["issued in two minutes", () => ({ iat: now() + 120, exp: now() + HOUR })],
    ["issued 23 hours ago", () => ({ iat: now() - 23 * HOUR, exp: now() + 60 })],
  ])("a token %s is accepted", async (_what, claims) => {
    expect((await login(await google.idToken(claims()))).status).toBe(200);
  });
});

describe("S7 signatures", () => {
  test("a foreign key under Google's key id is refused", async () => {
    const { privateKey } = await generateKeyPair("RS256");
    await expectRefused(await google.idToken({}, {}, privateKey));
  });

  test("a foreign key under its own id, in a header or by address, is refused", async () => {
    const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
    const jwk = await exportJWK(publicKey);
    for (const header of [{ kid: "theirs" }, { jwk }, { jku: google.urls.certs }, { kid: undefined }]) {
      await expectRefused(await google.idToken({}, header, privateKey));
    }
  });

  test("a token without a signature, or with a piece of one, is refused", async () => {
    const token = await google.idToken();
    const [header = "", payload = "", signature = ""] = token.split(".");
    for (const end of ["", signature.slice(0, -8), `${signature.slice(0, -8)}AAAAAAAA`]) {
      await expectRefused(`${header}.${payload}.${end}`);
    }
  });

  test("a payload that was changed after signing is refused", async () => {
    const [header, , signature] = (await google.idToken()).split(".");
    const [, payload] = (await google.idToken({ sub: "hostile-2" })).split(".");
    await expectRefused(`${header}.${payload}.${signature}`);
  });
});

test("S8 a nonce that is asked for must be there and the same", async () => {
  const token = await google.idToken({ nonce: "the nonce" });
  expect((await login(token, { nonce: "the nonce" })).status).toBe(200);
  expectError(await login(token, { nonce: "The nonce" }), "google_token_invalid");
  expectError(await login(await google.idToken(), { nonce: "the nonce" }), "google_token_invalid");
  expectError(
    await login(await google.idToken({ nonce: ["the nonce"] }), { nonce: "the nonce" }),
    "google_token_invalid",
  );
});

test.each([[undefined], [""], [7], [null], ["x".repeat(256)], [["hostile-1"]], [{ a: 1 }]])(
  "S10 a subject of %j is nobody",
  async (sub) => {
    await expectRefused(await google.idToken({ sub }));
  },
);

test.each([
  ["no email", { email: undefined, email_verified: undefined }, ["", false]],
  ["an email that is a list", { email: ["a@b.example"] }, ["", true]],
  ["an email longer than any", { email: `${"x".repeat(400)}@b.example` }, ["", true]],
  ["an email with NUL", { email: "a\0@b.example" }, ["", true]],
  ["S9 an unverified email", { email: "a@b.example", email_verified: false }, ["a@b.example", false]],
  [
    "S9 an email of which nothing is said",
    { email: "a@b.example", email_verified: undefined },
    ["a@b.example", false],
  ],
  [
    "S9 an email that is somehow verified",
    { email: "a@b.example", email_verified: "yes" },
    ["a@b.example", false],
  ],
  ["S9 an email verified in text", { email: "a@b.example", email_verified: "true" }, ["a@b.example", true]],
])("%s is stored as it deserves", async (_what, claims, expected) => {
  expect((await login(await google.idToken(claims))).status).toBe(200);
  const { rows } = await server.database.pool.query("SELECT email, email_verified FROM users");
  expect(rows.map((row) => [row.email, row.email_verified])).toEqual([expected]);
});

test.each([
  "not a token",
  "a.b.c",
  "..",
  "e30.e30.e30",
  "ü.ü.ü",
  `${"a".repeat(3_000)}.${"b".repeat(3_000)}.c`,
])("%s is no id token", async (token) => {
  await expectRefused(token);
});

test("an access token of ours is no id token", async () => {
  const { body } = await login(await google.idToken());
  await expectRefused(body.access_token);
});

describe("S6 another algorithm is refused before any key is fetched", () => {
  test.each(["none", "HS256", "RS384", "PS256", "ES256", "EdDSA", "rs256", ""])("%j", async (alg) => {
    const fresh = await startTestServer({
      database: server.database,
      adjust: (config) => ({ ...config, google: { ...config.google, endpoints: google.urls } }),
    });
    const token = unsigned({ alg, kid: "hostile-key" }, { sub: "x", aud: CLIENT_ID }, "c2lnbmF0dXJl");
    expectError(await post(fresh, "/api/login", { id_token: token }), "google_token_invalid");
    expect(google.requests).toEqual([]);
    await fresh.stop();
  });

  test("S7 Google's public key is no HMAC secret", async () => {
    await login(await google.idToken());
    const { keys } = (await (await fetch(google.urls.certs)).json()) as { keys: JsonWebKey[] };
    const publicKey = await crypto.subtle.importKey(
      "jwk",
      keys[0]!,
      { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
      true,
      ["verify"],
    );
    const secret = new TextEncoder().encode(await exportSPKI(publicKey));
    const token = await new SignJWT({ sub: "hostile-1", aud: CLIENT_ID, iss: "accounts.google.com" })
      .setProtectedHeader({ alg: "HS256", kid: "hostile-key" })
      .setIssuedAt()
      .setExpirationTime("1h")
      .sign(secret);
    await expectRefused(token);
  });
});
