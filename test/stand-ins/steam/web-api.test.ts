import { afterAll, beforeEach, expect, test } from "bun:test";
import { APP_ID, issue, startSteam, WEB_API_KEY } from "./support";

const { standIns, clock } = startSteam();
const { api } = standIns.endpoints.steam;
beforeEach(() => {
  clock.offsetSeconds = 0;
});
afterAll(() => standIns.stop());

async function ask(method: string, parameters: Record<string, string>, key: string | null = WEB_API_KEY) {
  const response = await fetch(`${api}/${method}/?${new URLSearchParams(parameters)}`, {
    headers: key === null ? {} : { "x-webapi-key": key },
  });
  const text = await response.text();
  return { status: response.status, text, body: text.startsWith("{") ? JSON.parse(text) : null };
}

const authenticate = (changes: Record<string, string>, key?: string | null) =>
  ask(
    "ISteamUserAuth/AuthenticateUserTicket/v1",
    { appid: String(APP_ID), identity: "kitchen", ...changes },
    key,
  );

test("a ticket tells whose it is, in Steam's shape", async () => {
  const { body } = await issue(standIns, { account: "ada" });
  expect(body.ticket).toMatch(/^14000000[0-9a-f]{460}$/);
  expect(body.steamid).toMatch(/^7656\d{13}$/);
  expect(body.account).toMatchObject({ steamid: body.steamid, personaname: "Ada Pepper" });
  expect(await authenticate({ ticket: body.ticket })).toMatchObject({
    status: 200,
    body: {
      response: {
        params: {
          result: "OK",
          steamid: body.steamid,
          ownersteamid: body.steamid,
          vacbanned: false,
          publisherbanned: false,
        },
      },
    },
  });
});

test("the bytes of a ticket name player and app as those of Steam's client do", async () => {
  const { body } = await issue(standIns, { account: "bruno" });
  const bytes = Buffer.from(body.ticket, "hex");
  const ownership = 4 + 20 + 4 + 24 + 4;
  expect(String(bytes.readBigUInt64LE(12))).toBe(body.steamid);
  expect(bytes.readUInt32LE(ownership - 4)).toBe(bytes.length - ownership);
  expect(String(bytes.readBigUInt64LE(ownership + 8))).toBe(body.steamid);
  expect(bytes.readUInt32LE(ownership + 16)).toBe(APP_ID);
});

test("an account has the same id at every start, and every account another", async () => {
  const again = startSteam().standIns;
  const ids = await Promise.all(
    ["ada", "bruno", "chloe", "dora@players.example"].map(async (account) => {
      const [first, second] = [await issue(standIns, { account }), await issue(again, { account })];
      expect(second.body.steamid).toBe(first.body.steamid);
      return first.body.steamid;
    }),
  );
  expect(new Set(ids).size).toBe(4);
  await again.stop();
});

test("bans and a borrowed copy are as the call says, for that ticket alone", async () => {
  const lender = (await issue(standIns, { account: "bruno" })).body.steamid;
  const told = { vacbanned: true, publisherbanned: true, ownersteamid: lender };
  const { ticket } = (await issue(standIns, { account: "ada", ...told })).body;
  expect((await authenticate({ ticket })).body.response.params).toMatchObject(told);
  const clean = (await issue(standIns, { account: "ada" })).body.ticket;
  expect((await authenticate({ ticket: clean })).body.response.params.vacbanned).toBe(false);
});

const INVALID = { errorcode: 101, errordesc: "Invalid ticket" };

test.each([
  ["for another app", { app_id: 730 }, {}, { errorcode: 102, errordesc: "Ticket for other app" }],
  ["for another identity", { identity: "pantry" }, {}, INVALID],
  ["that nobody made", {}, { ticket: "14000000" }, INVALID],
  ["that is no hex", {}, { ticket: "1400000g" }, { errorcode: 3, errordesc: "Invalid parameter" }],
])("a ticket %s is refused with Steam's number", async (_, made, asked, error) => {
  const { ticket } = (await issue(standIns, { account: "ada", ...made })).body;
  const answer = await authenticate({ ticket, ...asked });
  expect(answer).toMatchObject({ status: 200, body: { response: { error } } });
});

test("without an identity a ticket for any is good, as at Steam", async () => {
  const { ticket } = (await issue(standIns, { account: "ada", identity: "pantry" })).body;
  const parameters = { appid: String(APP_ID), ticket };
  const { body } = await ask("ISteamUserAuth/AuthenticateUserTicket/v1", parameters);
  expect(body.response.params.result).toBe("OK");
});

test("a ticket dies after an hour", async () => {
  const { ticket } = (await issue(standIns, { account: "ada" })).body;
  clock.offsetSeconds = 3_599;
  expect((await authenticate({ ticket })).body.response.params).toBeDefined();
  clock.offsetSeconds = 3_601;
  expect((await authenticate({ ticket })).body.response.error).toEqual(INVALID);
});

test("a wrong key, none, and one of another app's publisher get Steam's pages", async () => {
  const { ticket } = (await issue(standIns, { account: "ada" })).body;
  for (const [answer, status] of [
    [await authenticate({ ticket }, "f".repeat(32)), 403],
    [await authenticate({ ticket }, null), 401],
    [await authenticate({ ticket, appid: "730" }), 403],
    [await authenticate({ ticket: "" }), 400],
  ] as const) {
    expect(answer.status).toBe(status);
    expect(answer.text).toStartWith("<html>");
  }
});

test("the key may stand in the query as well", async () => {
  const { ticket } = (await issue(standIns, { account: "ada" })).body;
  expect((await authenticate({ ticket, key: WEB_API_KEY }, null)).status).toBe(200);
});

test("summaries tell names and faces, and leave out who is nobody", async () => {
  const [ada, dora] = [
    await issue(standIns, { account: "ada" }),
    await issue(standIns, { account: "dora@players.example" }),
  ];
  const steamids = [ada.body.steamid, "76561197960265729", dora.body.steamid].join(",");
  const { body } = await ask("ISteamUser/GetPlayerSummaries/v2", { steamids });
  expect(body.response.players.map(({ steamid }: { steamid: string }) => steamid)).toEqual([
    ada.body.steamid,
    dora.body.steamid,
  ]);
  const face = await fetch(body.response.players[0].avatarfull);
  expect(face.headers.get("content-type")).toBe("image/svg+xml");
});

test("summaries know the listed players before anybody asked for a ticket", async () => {
  const { steamid } = (await issue(standIns, { account: "chloe" })).body;
  const fresh = startSteam().standIns;
  const url = `${fresh.endpoints.steam.api}/ISteamUser/GetPlayerSummaries/v2/?key=${WEB_API_KEY}&steamids=${steamid}`;
  const { response } = (await (await fetch(url)).json()) as {
    response: { players: { personaname: string }[] };
  };
  expect(response.players[0]?.personaname).toBe("Chloé Basil");
  await fresh.stop();
});

test.each([
  [{ account: "nobody" }],
  [{ account: "ada", ownersteamid: "1" }],
  [{ account: "ada", app_id: "480" }],
  [{ account: "ada", unknown: 1 }],
  [{}],
])("%j is refused", async (body) => {
  expect(await issue(standIns, body)).toMatchObject({ status: 400, body: { error: "invalid_request" } });
});
