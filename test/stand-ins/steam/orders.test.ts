import { afterAll, afterEach, expect, test } from "bun:test";
import { heldBy, order } from "../support";
import { APP_ID, startSteam, WEB_API_KEY } from "./support";

const { standIns } = startSteam();
afterEach(() => order(standIns, { order: "reset" }));
afterAll(() => standIns.stop());

const ticketOf = async (account: string) =>
  (await heldBy<{ ticket: string }>(standIns, { provider: "steam", account })).ticket;

function authenticate(ticket: string): Promise<Response> {
  const query = new URLSearchParams({ key: WEB_API_KEY, appid: String(APP_ID), ticket });
  return fetch(`${standIns.endpoints.steam.api}/ISteamUserAuth/AuthenticateUserTicket/v1/?${query}`);
}

const errorOf = async (response: Response) =>
  ((await response.json()) as { response: { error?: unknown } }).response.error;

test("a revoked player's ticket is an invalid ticket, and nobody else's", async () => {
  const [ada, bruno] = [await ticketOf("ada"), await ticketOf("bruno")];
  await order(standIns, { order: "revoke", account: "ada", provider: "steam" });
  expect(await errorOf(await authenticate(ada))).toEqual({ errorcode: 101, errordesc: "Invalid ticket" });
  expect(await errorOf(await authenticate(bruno))).toBeUndefined();
  await order(standIns, { order: "restore", account: "ada" });
  expect(await errorOf(await authenticate(ada))).toBeUndefined();
});

test("an order to fail hits Steam's next question alone", async () => {
  const ticket = await ticketOf("ada");
  await order(standIns, { order: "fail_next", provider: "steam", status: 503 });
  expect((await authenticate(ticket)).status).toBe(503);
  expect((await authenticate(ticket)).status).toBe(200);
});

test("an order to fail hits the check of an assertion, and not the page", async () => {
  const endpoint = `${standIns.endpoints.steam.community}/openid/login`;
  await order(standIns, { order: "fail_next", provider: "steam" });
  const page = await fetch(`${endpoint}?openid.mode=checkid_setup`);
  expect(page.headers.get("content-type")).toStartWith("text/html");
  const body = new URLSearchParams({ "openid.mode": "check_authentication" });
  expect((await fetch(endpoint, { method: "POST", body })).status).toBe(500);
  expect((await fetch(endpoint, { method: "POST", body })).status).toBe(200);
});
