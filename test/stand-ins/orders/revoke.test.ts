import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { type RunningStandIns, startStandIns } from "../../../src/stand-ins/start";
import { heldBy, order } from "../support";

const REDIRECT_URI = "http://127.0.0.1:5000/callback";
let standIns: RunningStandIns;
beforeAll(() => {
  standIns = startStandIns({ port: 0, clock: { now: () => new Date() } });
});
afterEach(() => order(standIns, { order: "reset" }));
afterAll(() => standIns.stop());

/** Picks a player at the local Google and takes the code. */
async function code(account: string): Promise<string> {
  const url = new URL(standIns.urls.auth);
  const asked = { client_id: "game", redirect_uri: REDIRECT_URI, response_type: "code", scope: "openid" };
  url.search = new URLSearchParams(asked).toString();
  const body = new URLSearchParams({ account });
  const response = await fetch(url, { method: "POST", body, redirect: "manual" });
  return new URL(response.headers.get("location") ?? "").searchParams.get("code") ?? "";
}

async function exchange(code: string): Promise<{ status: number; error?: string; access_token?: string }> {
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    client_id: "game",
    redirect_uri: REDIRECT_URI,
    code,
  });
  const response = await fetch(standIns.urls.token, { method: "POST", body });
  return { status: response.status, ...((await response.json()) as object) };
}

async function tokenOf(account: string, provider = "google"): Promise<string> {
  return (await heldBy<{ access_token: string }>(standIns, { account, provider })).access_token;
}

async function userInfo(token: string, url = standIns.urls.userinfo): Promise<number> {
  return (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).status;
}

test("a revoked player's codes and tokens are refused, and nobody else's", async () => {
  const [waiting, ada, bruno] = [await code("ada"), await tokenOf("ada"), await tokenOf("bruno")];
  await order(standIns, { order: "revoke", account: "ADA@players.example" });
  expect(await exchange(waiting)).toMatchObject({ status: 400, error: "invalid_grant" });
  expect(await userInfo(ada)).toBe(401);
  expect((await fetch(`${standIns.urls.tokenInfo}?access_token=${ada}`)).status).toBe(400);
  expect(await userInfo(bruno)).toBe(200);
});

test("tokens that a script makes for a revoked player are refused too", async () => {
  await order(standIns, { order: "revoke", account: "ada" });
  expect(await userInfo(await tokenOf("ada"))).toBe(401);
});

test("picking makes the player good again, and what was revoked stays dead", async () => {
  const old = await tokenOf("ada");
  await order(standIns, { order: "revoke", account: "ada" });
  const { access_token = "" } = await exchange(await code("ada"));
  expect(await userInfo(access_token)).toBe(200);
  expect(await userInfo(old)).toBe(401);
});

test("restore takes the order back", async () => {
  const token = await tokenOf("ada");
  await order(standIns, { order: "revoke", account: "ada" });
  await order(standIns, { order: "restore", account: "ada" });
  expect(await userInfo(token)).toBe(200);
});

test("a revocation at one provider is none at another", async () => {
  const token = await tokenOf("ada", "openid");
  const url = `${standIns.origin}/openid/userinfo`;
  await order(standIns, { order: "revoke", account: "ada", provider: "google" });
  expect(await userInfo(token, url)).toBe(200);
  await order(standIns, { order: "revoke", account: "ada", provider: "openid" });
  expect(await userInfo(token, url)).toBe(401);
});
