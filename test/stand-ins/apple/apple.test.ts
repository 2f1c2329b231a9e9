import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { createRemoteJWKSet, decodeJwt, generateKeyPair, importPKCS8, jwtVerify, SignJWT } from "jose";
import { startStandIns } from "../../../src/stand-ins/start";
import { load } from "../../config/support";
import { challengeOf } from "../../support/authorization";
import { postedForm } from "../../support/form-post";
import { freshAccount } from "../../support/players";
import { heldBy, order } from "../support";

const CLIENT_ID = "example.studio.web";
const REDIRECT_URI = "http://127.0.0.1:5000/auth/apple/callback";
const VERIFIER = "v".repeat(43);
const developer = load().apple!;
const clock = { offsetSeconds: 0, now: () => new Date(Date.now() + clock.offsetSeconds * 1_000) };
const standIns = startStandIns({ port: 0, clock, apple: { developer, bundleId: "example.studio.game" } });
const { url } = standIns.endpoints.apple;
beforeEach(() => void order(standIns, { order: "reset" }));
afterAll(() => standIns.stop());

const pageUrl = (changes: Record<string, string> = {}) =>
  `${url}/auth/authorize?${new URLSearchParams({
    client_id: CLIENT_ID,
    redirect_uri: REDIRECT_URI,
    response_type: "code",
    response_mode: "form_post",
    scope: "name email",
    state: "the state",
    nonce: "the nonce",
    code_challenge: challengeOf(VERIFIER),
    code_challenge_method: "S256",
    ...changes,
  })}`;

async function picked(account = freshAccount(), changes: Record<string, string> = {}) {
  const body = new URLSearchParams({ account });
  return postedForm(await fetch(pageUrl(changes), { method: "POST", body }));
}

/** A client secret as Apple documents it, with some of it changed. */
async function clientSecret(claims: object = {}, kid = developer.keyId, key?: CryptoKey) {
  const now = Math.floor(clock.now().getTime() / 1_000);
  const all = {
    iss: developer.teamId,
    iat: now,
    exp: now + 300,
    aud: "https://appleid.apple.com",
    sub: CLIENT_ID,
  };
  return new SignJWT({ ...all, ...claims })
    .setProtectedHeader({ alg: "ES256", kid })
    .sign(key ?? (await importPKCS8(developer.privateKey, "ES256")));
}

async function exchange(code: string, changes: Record<string, string> = {}) {
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    client_id: CLIENT_ID,
    client_secret: await clientSecret(),
    code,
    redirect_uri: REDIRECT_URI,
    code_verifier: VERIFIER,
    ...changes,
  });
  const response = await fetch(`${url}/auth/token`, { method: "POST", body });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}
const codeOf = async (account?: string) => (await picked(account)).fields.get("code") ?? "";

test("a picked player's answer is a form for the client, with their name the first time", async () => {
  const account = freshAccount();
  const { action, fields } = await picked(account);
  expect(action).toBe(REDIRECT_URI);
  expect([...fields.keys()].sort()).toEqual(["code", "state", "user"]);
  expect(JSON.parse(fields.get("user") ?? "")).toEqual({
    name: { firstName: expect.any(String), lastName: expect.any(String) },
    email: account,
  });
  expect((await picked(account)).fields.has("user")).toBe(false);
});

test("the page that posts it may do nothing else", async () => {
  const body = new URLSearchParams({ account: "ada" });
  const { headers } = await fetch(pageUrl(), { method: "POST", body });
  expect(headers.get("content-security-policy")).toStartWith("default-src 'none'; script-src 'sha256-");
});

test("a player who goes back is one of Apple's errors", async () => {
  const body = new URLSearchParams({ action: "cancel" });
  const { fields } = await postedForm(await fetch(pageUrl(), { method: "POST", body }));
  expect(Object.fromEntries(fields)).toEqual({ state: "the state", error: "user_cancelled_authorize" });
});

test.each([
  [{ response_mode: "query" }, "response_mode must be form_post"],
  [{ scope: "openid" }, "The scope must be name, email or both"],
  [{ redirect_uri: "http://game.example/cb" }, "redirect_uri"],
])("a request with %j is refused on a page", async (changes, said) => {
  const response = await fetch(pageUrl(changes));
  expect(response.status).toBe(400);
  expect(await response.text()).toContain(said);
});

test("a code is a signed id token of a day, with the nonce and the flags in text", async () => {
  const account = freshAccount();
  const { status, body } = await exchange(await codeOf(account));
  expect([status, body.token_type]).toEqual([200, "Bearer"]);
  const keys = createRemoteJWKSet(new URL(`${url}/auth/keys`));
  const { payload, protectedHeader } = await jwtVerify(body.id_token ?? "", keys);
  expect(protectedHeader.alg).toBe("RS256");
  expect(payload).toMatchObject({
    iss: "https://appleid.apple.com",
    aud: CLIENT_ID,
    sub: expect.stringMatching(/^\d{6}\.[0-9a-f]{32}\.\d{4}$/),
    email: account,
    email_verified: "true",
    nonce: "the nonce",
    nonce_supported: true,
  });
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(86_400);
});

describe("invalid_client is the answer to a client secret", () => {
  test.each([
    ["of another team", { iss: "OTHERTEAM0" }, undefined],
    ["of another client", { sub: "example.other" }, undefined],
    ["for somebody else", { aud: "https://example.com" }, undefined],
    ["that is past", { iat: 1_600_000_000, exp: 1_600_000_300 }, undefined],
    ["for longer than six months", { exp: Math.floor(Date.now() / 1_000) + 15_900_000 }, undefined],
    ["of another key id", {}, "OTHERKEY00"],
  ])("%s", async (_what, claims, kid) => {
    const code = await codeOf();
    const refused = await exchange(code, { client_secret: await clientSecret(claims, kid) });
    expect([refused.status, refused.body.error]).toEqual([400, "invalid_client"]);
    expect((await exchange(code)).status).toBe(200);
  });

  test("of another key", async () => {
    const { privateKey } = await generateKeyPair("ES256");
    const secret = await clientSecret({}, developer.keyId, privateKey);
    expect((await exchange(await codeOf(), { client_secret: secret })).body.error).toBe("invalid_client");
  });
});

describe("invalid_grant is the answer to a code", () => {
  test.each([
    ["with another verifier", { code_verifier: "w".repeat(43) }],
    ["with another redirect", { redirect_uri: `${REDIRECT_URI}/other` }],
    ["that nobody gave", { code: "c.0.local" }],
  ])("%s", async (_what, changes) => {
    const { status, body } = await exchange(await codeOf(), changes);
    expect([status, body.error]).toEqual([400, "invalid_grant"]);
  });

  test("that served, is five minutes old, or was revoked", async () => {
    const spent = await codeOf();
    await exchange(spent);
    const revoked = await codeOf("bruno@players.example");
    await order(standIns, { order: "revoke", provider: "apple", account: "bruno" });
    const old = await codeOf();
    clock.offsetSeconds += 300;
    for (const code of [spent, revoked, old]) expect((await exchange(code)).body.error).toBe("invalid_grant");
  });
});

test("an app's id token is the same player's, for its bundle id", async () => {
  const account = freshAccount();
  const { body } = await exchange(await codeOf(account));
  const held = await heldBy<{ id_token: string }>(standIns, { provider: "apple", account, nonce: "n" });
  expect(decodeJwt(held.id_token)).toMatchObject({
    aud: "example.studio.game",
    sub: decodeJwt(body.id_token ?? "").sub ?? "",
    nonce: "n",
  });
});

test("orders hold here too", async () => {
  await order(standIns, { order: "fail_next", provider: "apple", status: 503 });
  expect((await fetch(`${url}/auth/keys`)).status).toBe(503);
  expect((await fetch(`${url}/auth/keys`)).status).toBe(200);
});
