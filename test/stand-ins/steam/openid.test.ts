import { afterAll, beforeEach, expect, test } from "bun:test";
import { issue, startSteam } from "./support";

const { standIns, clock } = startSteam();
const endpoint = `${standIns.endpoints.steam.community}/openid/login`;
beforeEach(() => {
  clock.offsetSeconds = 0;
});
afterAll(() => standIns.stop());

const NS = "http://specs.openid.net/auth/2.0";
const RETURN_TO = "http://127.0.0.1:5000/auth/steam/callback?state=a%2Bb";

function signInUrl(changes: Record<string, string | undefined> = {}): string {
  const url = new URL(endpoint);
  const parameters = {
    "openid.ns": NS,
    "openid.mode": "checkid_setup",
    "openid.return_to": RETURN_TO,
    "openid.realm": "http://127.0.0.1:5000/",
    "openid.identity": `${NS}/identifier_select`,
    "openid.claimed_id": `${NS}/identifier_select`,
    ...changes,
  };
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}

/** The answer to a picked player, as it goes back. */
async function pick(form: Record<string, string> = { account: "ada" }): Promise<URL> {
  const body = new URLSearchParams(form);
  const response = await fetch(signInUrl(), { method: "POST", body, redirect: "manual" });
  expect(response.status).toBe(303);
  return new URL(response.headers.get("location") ?? "");
}

async function check(answer: URLSearchParams, changes: Record<string, string> = {}) {
  const body = new URLSearchParams([...answer].filter(([name]) => name.startsWith("openid.")));
  for (const [name, value] of Object.entries({ "openid.mode": "check_authentication", ...changes }))
    body.set(name, value);
  const response = await fetch(endpoint, { method: "POST", body });
  return { status: response.status, text: await response.text() };
}

test("a picked player comes back with an assertion in Steam's shape", async () => {
  const answer = await pick();
  expect(answer.href).toStartWith("http://127.0.0.1:5000/auth/steam/callback?state=a%2Bb&openid.");
  const { steamid } = (await issue(standIns, { account: "ada" })).body;
  const id = `${standIns.endpoints.steam.community}/openid/id/${steamid}`;
  expect(Object.fromEntries(answer.searchParams)).toEqual({
    state: "a+b",
    "openid.ns": NS,
    "openid.mode": "id_res",
    "openid.op_endpoint": endpoint,
    "openid.claimed_id": id,
    "openid.identity": id,
    "openid.return_to": RETURN_TO,
    "openid.response_nonce": expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ.+$/),
    "openid.assoc_handle": "1234567890",
    "openid.signed": "signed,op_endpoint,claimed_id,identity,return_to,response_nonce,assoc_handle",
    "openid.sig": expect.stringMatching(/^[A-Za-z0-9+/]{27}=$/),
  });
});

test("and the assertion is valid once, in key-value form", async () => {
  const { searchParams } = await pick();
  expect(await check(searchParams)).toEqual({ status: 200, text: `ns:${NS}\nis_valid:true\n` });
  expect(await check(searchParams)).toEqual({ status: 200, text: `ns:${NS}\nis_valid:false\n` });
});

test.each([
  "openid.claimed_id",
  "openid.identity",
  "openid.return_to",
  "openid.op_endpoint",
  "openid.response_nonce",
  "openid.assoc_handle",
  "openid.signed",
  "openid.sig",
])("one with another %s is not, and has not served", async (name) => {
  const { searchParams } = await pick();
  expect((await check(searchParams, { [name]: "other" })).text).toEndWith("is_valid:false\n");
  expect((await check(searchParams)).text).toEndWith("is_valid:true\n");
});

test("it is not after five minutes", async () => {
  const { searchParams } = await pick();
  clock.offsetSeconds = 301;
  expect((await check(searchParams)).text).toEndWith("is_valid:false\n");
});

test("who goes back is told to the site", async () => {
  const { searchParams } = await pick({ action: "cancel" });
  expect(Object.fromEntries(searchParams)).toEqual({
    state: "a+b",
    "openid.ns": NS,
    "openid.mode": "cancel",
  });
});

test("the page names the site and where it goes back to", async () => {
  const text = await (await fetch(signInUrl())).text();
  expect(text).toContain("127.0.0.1:5000");
  expect(text).toContain("not Steam");
});

test.each([
  ["another version", { "openid.ns": "http://openid.net/signon/1.1" }],
  ["another mode", { "openid.mode": "checkid_immediate" }],
  ["somebody by name", { "openid.claimed_id": "https://steamcommunity.com/openid/id/76561197960265729" }],
  ["nowhere to return to", { "openid.return_to": undefined }],
  ["a site in clear", { "openid.return_to": "http://game.example/", "openid.realm": "http://game.example/" }],
  ["another realm", { "openid.realm": "http://127.0.0.1:5001/" }],
  ["a realm that only begins alike", { "openid.realm": "http://127.0.0.1:500" }],
  ["no realm", { "openid.realm": undefined }],
] as [string, Record<string, string | undefined>][])(
  "a request with %s gets a page and no redirect",
  async (_, changes) => {
    const response = await fetch(signInUrl(changes), { redirect: "manual" });
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toStartWith("text/html");
  },
);

test("another question than check_authentication gets an error in key-value form", async () => {
  const { searchParams } = await pick();
  const answer = await check(searchParams, { "openid.mode": "associate" });
  expect(answer).toEqual({ status: 400, text: `ns:${NS}\nerror:Invalid mode\n` });
});
