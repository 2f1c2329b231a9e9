import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { decodeJwt, exportJWK, generateKeyPair } from "jose";
import { unsigned } from "../support/access-tokens";
import { openEmbeddedForTest } from "../support/databases";
import type { HostileIssuer } from "../support/hostile-issuer";
import { OPENID_CLIENT, PATHS, startHostileOpenId, withIssuers } from "../support/hostile-openid";
import { expectError, post } from "../support/requests";
import { startTestServer, type TestServer } from "../support/server";

let issuer: HostileIssuer;
let server: TestServer;

beforeAll(async () => {
  issuer = await startHostileOpenId();
  server = await startTestServer({
    database: await openEmbeddedForTest(),
    adjust: (config) => withIssuers(config, { studio: issuer }),
  });
}, 60_000);
beforeEach(() => issuer.behave());
afterAll(async () => {
  await server.stop();
  await server.database.close();
  await issuer.stop();
});

const login = (id_token: string, extra: object = {}, to = server) =>
  post(to, "/api/login", { provider: "studio", id_token, ...extra });
/** What a server answers that has seen no key yet. */
const loginAtFresh = async (id_token: string) => {
  const fresh = await startTestServer({
    database: server.database,
    adjust: (config) => withIssuers(config, { studio: issuer }),
  });
  const answer = await login(id_token, {}, fresh);
  await fresh.stop();
  return answer;
};
const now = () => Math.floor(Date.now() / 1_000);
const HOUR = 3_600;
const expectRefused = async (token: string) => expectError(await login(token), "provider_token_invalid");

describe("S6 what the issuer says that it signs with, and a pair of keys", () => {
  test.each(["RS256", "PS256", "ES256", "EdDSA"])("%s signs in", async (alg) => {
    const { status, body } = await login(await issuer.idToken({}, { alg }));
    expect([status, body.user?.email]).toEqual([200, "hostile@players.example"]);
  });

  test.each(["none", "HS256", "RS512", "rs256", ""])("%j is refused before a key is fetched", async (alg) => {
    const token = unsigned(
      { alg, kid: "hostile-key-RS256" },
      { sub: "x", aud: OPENID_CLIENT },
      "c2lnbmF0dXJl",
    );
    expectError(await loginAtFresh(token), "provider_token_invalid");
    expect(issuer.asked(PATHS.keys)).toEqual([]);
  });
});

test.each([
  ["with a slash", (iss: string) => `${iss}/`],
  ["in capitals", (iss: string) => iss.toUpperCase()],
  ["of another", () => "https://evil.example"],
  ["of nobody", () => undefined],
])("S3 an issuer %s is refused", async (_what, change) => {
  await expectRefused(await issuer.idToken({ iss: change(issuer.origin) }));
});

test.each([
  [["our-game", "another-game"], { azp: OPENID_CLIENT }],
  [[OPENID_CLIENT], {}],
  [OPENID_CLIENT, { azp: OPENID_CLIENT }],
])("S4 an audience of %j with %j is ours", async (aud, azp) => {
  expect((await login(await issuer.idToken({ aud, ...azp }))).status).toBe(200);
});

test.each([
  ["another-game", {}],
  ["", {}],
  [undefined, {}],
  [[], {}],
  [[OPENID_CLIENT, "another-game"], {}],
  [[OPENID_CLIENT, "another-game"], { azp: "another-game" }],
  [OPENID_CLIENT, { azp: "another-game" }],
  [OPENID_CLIENT, { azp: [OPENID_CLIENT] }],
])("S1 S4 an audience of %j with %j is another application's", async (aud, azp) => {
  expectError(await login(await issuer.idToken({ aud, ...azp })), "provider_audience_mismatch");
});

describe("S5 times, with 300 seconds for clocks that differ", () => {
  test.each([
    ["expired ten minutes ago", () => ({ iat: now() - HOUR - 600, exp: now() - 600 })],
    ["issued in ten minutes", () => ({ iat: now() + 600, exp: now() + HOUR })],
    ["issued more than a day ago", () => ({ iat: now() - 25 * HOUR, exp: now() + 600 })],
    ["without an end", () => ({ exp: undefined })],
    ["without a beginning", () => ({ iat: undefined })],
    ["with text for an end", () => ({ exp: String(now() + HOUR) })],
    ["with text for a beginning", () => ({ iat: "yesterday" })],
  ])("a token %s is refused", async (_what, claims) => {
    await expectRefused(await issuer.idToken(claims()));
  });

  test.each([
    ["expired two minutes ago", () => ({ iat: now() - HOUR, exp: now() - 120 })],
    ["issued in two minutes", () => ({ iat: now() + 120, exp: now() + HOUR })],
    ["good for a month, issued 23 hours ago", () => ({ iat: now() - 23 * HOUR, exp: now() + 720 * HOUR })],
  ])("a token %s is accepted", async (_what, claims) => {
    expect((await login(await issuer.idToken(claims()))).status).toBe(200);
  });
});

describe("S7 signatures", () => {
  test("a foreign key under the issuer's key id is refused", async () => {
    const { privateKey } = await generateKeyPair("RS256");
    await expectRefused(await issuer.idToken({}, { key: privateKey }));
  });

  test("a foreign key under its own id, in a header or by address, is refused", async () => {
    const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
    const jwk = await exportJWK(publicKey);
    for (const header of [{ kid: "theirs" }, { jwk }, { jku: issuer.origin }, { kid: undefined }])
      await expectRefused(await issuer.idToken({}, { key: privateKey, header }));
  });

  test("a key of the set is not used with another algorithm than its own", async () => {
    const { privateKey, publicKey } = await generateKeyPair("PS256", { extractable: true });
    issuer.publish([{ ...(await exportJWK(publicKey)), kid: "new", alg: "RS256", use: "sig" }]);
    const token = await issuer.idToken({}, { alg: "PS256", key: privateKey, header: { kid: "new" } });
    expectError(await loginAtFresh(token), "provider_token_invalid");
  });

  test("a payload that was changed after signing is refused", async () => {
    const [header, , signature] = (await issuer.idToken()).split(".");
    const [, payload] = (await issuer.idToken({ sub: "hostile-2" })).split(".");
    await expectRefused(`${header}.${payload}.${signature}`);
  });

  test("an only key of no id is the one of a token that names none", async () => {
    const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
    issuer.publish([{ ...(await exportJWK(publicKey)) }]);
    const header = { kid: undefined };
    expect((await loginAtFresh(await issuer.idToken({}, { key: privateKey, header }))).status).toBe(200);
  });
});

test("S8 a nonce that is asked for must be there and the same", async () => {
  const token = await issuer.idToken({ nonce: "the nonce" });
  expect((await login(token, { nonce: "the nonce" })).status).toBe(200);
  expectError(await login(token, { nonce: "The nonce" }), "provider_token_invalid");
  expectError(await login(await issuer.idToken(), { nonce: "the nonce" }), "provider_token_invalid");
});

test.each([[undefined], [""], [7], ["x".repeat(256)], [["hostile-1"]]])(
  "S10 a subject of %j is nobody",
  async (sub) => {
    await expectRefused(await issuer.idToken({ sub }));
  },
);

test.each(["not a token", "a.b.c", "..", "e30.e30.e30", "ü.ü.ü", `${"a".repeat(8_000)}.b.c`])(
  "%s is no id token",
  async (token) => {
    await expectRefused(token);
  },
);

test.each([
  ["no email", { email: undefined, email_verified: undefined }, [null, false]],
  ["S9 an email of which nothing is said", { email_verified: undefined }, ["hostile@players.example", false]],
  ["S9 an email that is somehow verified", { email_verified: "yes" }, ["hostile@players.example", false]],
  ["S9 an email verified in text", { email_verified: "true" }, ["hostile@players.example", true]],
])("%s is stored as it deserves", async (_what, claims, expected) => {
  expect((await login(await issuer.idToken(claims))).status).toBe(200);
  const { rows } = await server.database.pool.query(
    "SELECT email, email_verified FROM identities WHERE provider = 'studio' AND subject = 'hostile-1'",
  );
  expect(rows.map((row) => [row.email, row.email_verified])).toEqual([expected]);
});

test("an id token opens one session, and the same within a minute", async () => {
  const token = await issuer.idToken();
  const [first, again] = [await login(token), await login(token)];
  const sid = (answer: typeof first) => decodeJwt(answer.body.access_token).sid;
  expect(sid(first)).toBeString();
  expect(sid(again)).toBe(sid(first));
  server.clock.advance(61);
  await expectRefused(token);
});
