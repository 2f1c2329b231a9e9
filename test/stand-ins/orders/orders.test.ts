import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { createStandIns } from "../../../src/stand-ins/app";
import { PROVIDER_NAMES } from "../../../src/stand-ins/stand-ins";
import { type RunningStandIns, startStandIns } from "../../../src/stand-ins/start";
import { raw } from "../../support/raw";
import { rejection } from "../../support/rejection";
import { heldBy, order } from "../support";

const clock = { now: () => new Date() };
let standIns: RunningStandIns;
let userInfoOf: Record<"google" | "openid", string>;
beforeAll(() => {
  standIns = startStandIns({ port: 0, clock });
  userInfoOf = { google: standIns.urls.userinfo, openid: `${standIns.origin}/openid/userinfo` };
});
afterEach(() => order(standIns, { order: "reset" }));
afterAll(() => standIns.stop());

/** One question of an API, about Ada. */
async function ask(provider: "google" | "openid"): Promise<Response> {
  const { access_token } = await heldBy<{ access_token: string }>(standIns, { provider, account: "ada" });
  return fetch(userInfoOf[provider], { headers: { authorization: `Bearer ${access_token}` } });
}

async function inForce(): Promise<unknown> {
  return (await fetch(`${standIns.origin}/local/orders`)).json();
}

const NOTHING = { fail_next: null, lose_next_answer: false, slow: 0, revoked: [] };
const NOTHING_ANYWHERE = Object.fromEntries(PROVIDER_NAMES.map((name) => [name, NOTHING]));

describe.each(["google", "openid"] as const)("at %s", (provider) => {
  const other = provider === "google" ? "openid" : "google";

  test("fail_next fails the next question, there alone, and the one after is answered", async () => {
    await order(standIns, { order: "fail_next", provider });
    expect((await ask(other)).status).toBe(200);
    const failed = await ask(provider);
    expect(failed.status).toBe(500);
    expect(await failed.json()).toHaveProperty("error", "server_error");
    expect((await ask(provider)).status).toBe(200);
  });

  test("fail_next takes a status", async () => {
    await order(standIns, { order: "fail_next", provider, status: 429 });
    expect((await ask(provider)).status).toBe(429);
  });

  test("lose_next_answer closes the connection without a byte", async () => {
    await order(standIns, { order: "lose_next_answer", provider });
    const path = new URL(userInfoOf[provider]).pathname;
    const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    expect(await raw(standIns, request)).toEqual({ text: "", status: 0, answers: 0, closed: true });
    expect((await raw(standIns, request)).status).toBe(401);
  });

  test("a lost answer is seen by a client that keeps its connections, too", async () => {
    await Promise.all([ask(provider), ask(provider), ask(provider)]);
    const { access_token } = await heldBy<{ access_token: string }>(standIns, { provider, account: "ada" });
    const headers = { authorization: `Bearer ${access_token}` };
    await order(standIns, { order: "lose_next_answer", provider });
    expect(await rejection(fetch(userInfoOf[provider], { headers }))).toMatchObject({ code: "ECONNRESET" });
    expect((await fetch(userInfoOf[provider], { headers })).status).toBe(200);
  });

  test("slow is late until it is taken back", async () => {
    await order(standIns, { order: "slow", provider, seconds: 1 });
    for (let question = 0; question < 2; question++) {
      expect(await millisecondsOf(() => ask(provider))).toBeGreaterThanOrEqual(995);
    }
    await order(standIns, { order: "slow", provider, seconds: 0 });
    expect(await millisecondsOf(() => ask(provider))).toBeLessThan(995);
  });
});

test("a lost answer's work is done: the code is spent", async () => {
  const authorization = new URL(`${standIns.origin}/openid/authorize`);
  const redirect_uri = "http://127.0.0.1:5000/callback";
  const asked = { client_id: "game", redirect_uri, response_type: "code", scope: "openid" };
  authorization.search = new URLSearchParams(asked).toString();
  const body = new URLSearchParams({ account: "ada" });
  const picked = await fetch(authorization, { method: "POST", body, redirect: "manual" });
  const code = new URL(picked.headers.get("location") ?? "").searchParams.get("code") ?? "";
  const form = new URLSearchParams({
    grant_type: "authorization_code",
    client_id: "game",
    redirect_uri,
    code,
  }).toString();
  const request =
    "POST /openid/token HTTP/1.1\r\nHost: localhost\r\ncontent-type: application/x-www-form-urlencoded\r\n" +
    `content-length: ${form.length}\r\n\r\n${form}`;
  await order(standIns, { order: "lose_next_answer", provider: "openid" });
  expect(await raw(standIns, request)).toMatchObject({ text: "", closed: true });
  const again = await raw(standIns, request);
  expect(again.status).toBe(400);
  expect(again.text).toContain("invalid_grant");
});

test("no order touches the pages", async () => {
  await order(standIns, { order: "fail_next", status: 503 });
  expect((await fetch(standIns.origin)).status).toBe(200);
  const picker = `${standIns.urls.auth}?client_id=c&redirect_uri=http://localhost/&response_type=code&scope=openid`;
  expect((await fetch(picker)).status).toBe(200);
  expect((await ask("google")).status).toBe(503);
});

test("an order without a provider is for all, and what is in force can be read", async () => {
  expect(await inForce()).toEqual(NOTHING_ANYWHERE);
  await order(standIns, { order: "slow", seconds: 1 });
  await order(standIns, { order: "fail_next", provider: "openid", status: 503 });
  const said = await order(standIns, { order: "revoke", account: "ada", provider: "google" });
  expect(said.headers.get("cache-control")).toBe("no-store");
  expect(await inForce()).toMatchObject({
    google: { ...NOTHING, slow: 1, revoked: ["ada@players.example"] },
    openid: { ...NOTHING, slow: 1, fail_next: 503 },
  });
});

test("reset forgets every order, or those of one provider", async () => {
  await order(standIns, { order: "slow", seconds: 1 });
  await order(standIns, { order: "revoke", account: "ada" });
  const one = await order(standIns, { order: "reset", provider: "openid" });
  expect(await one.json()).toMatchObject({ google: { slow: 1 }, openid: NOTHING });
  const all = await order(standIns, { order: "reset" });
  expect(await all.json()).toEqual(NOTHING_ANYWHERE);
});

test("rotate_keys changes the key that signs, and the old one stays published until the next", async () => {
  const kids = async () => {
    const { keys } = (await (await fetch(`${standIns.origin}/openid/jwks`)).json()) as {
      keys: { kid: string }[];
    };
    return keys.map(({ kid }) => kid);
  };
  const [before] = await kids();
  const google = await (await fetch(standIns.urls.certs)).text();
  await order(standIns, { order: "rotate_keys", provider: "openid" });
  const [after, previous] = await kids();
  expect(previous).toBe(before as string);
  expect(after).not.toBe(before as string);
  await order(standIns, { order: "rotate_keys", provider: "openid" });
  expect(await kids()).not.toContain(before as string);
  expect(await (await fetch(standIns.urls.certs)).text()).toBe(google);
});

test("stopping ends the waiting of slow answers", async () => {
  const quick = createStandIns({ clock });
  const request = (path: string, body?: string) =>
    new Request(`http://localhost${path}`, {
      method: body ? "POST" : "GET",
      headers: { "content-type": "application/json" },
      ...(body && { body }),
    });
  await quick.fetch(request("/local/orders", '{"order":"slow","seconds":120}'));
  const answer = quick.fetch(request("/openid/jwks"));
  await Bun.sleep(50);
  quick.stop();
  expect((await answer).status).toBe(200);
});

describe("a wrong order is a 400 that says what is right, echoes nothing and changes nothing", () => {
  test.each([
    ["no order", {}, "fail_next, lose_next_answer, slow, revoke, restore, rotate_keys, reset"],
    ["an unknown one", { order: "surprise" }, "fail_next, lose_next_answer"],
    ["no object", ["surprise"], '"order"'],
    ["an unknown provider", { order: "reset", provider: "surprise" }, PROVIDER_NAMES.join(", ")],
    ["a status that is no failure", { order: "fail_next", status: 200 }, "400 to 599"],
    ["seconds that are none", { order: "slow", seconds: "surprise" }, "0 to 120"],
    ["too many seconds", { order: "slow", seconds: 121 }, "0 to 120"],
    ["a field that another order has", { order: "lose_next_answer", seconds: 1 }, "lose_next_answer takes"],
    ["nobody to revoke", { order: "revoke" }, '"account"'],
    ["an unknown player", { order: "revoke", account: "surprise" }, "neither a listed player nor an email"],
  ])("%s", async (_, body, says) => {
    const response = await order(standIns, body);
    const text = await response.text();
    expect(response.status).toBe(400);
    expect(JSON.parse(text).error_description).toContain(says);
    expect(text).not.toContain("surprise");
    expect(await inForce()).toEqual(NOTHING_ANYWHERE);
  });

  test("a form", async () => {
    const body = new URLSearchParams({ order: "reset" });
    const response = await fetch(`${standIns.origin}/local/orders`, { method: "POST", body: `${body}` });
    expect(response.status).toBe(400);
  });
});

describe("pages of another origin", () => {
  test.each(["GET", "POST"])("may not %s", async (method) => {
    const headers = { origin: "https://evil.example", "content-type": "application/json" };
    const body = method === "POST" ? { body: '{"order":"fail_next"}' } : {};
    const response = await fetch(`${standIns.origin}/local/orders`, { method, headers, ...body });
    expect(response.status).toBe(403);
    expect(response.headers.has("access-control-allow-origin")).toBe(false);
    expect(await inForce()).toEqual(NOTHING_ANYWHERE);
  });
});

async function millisecondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
