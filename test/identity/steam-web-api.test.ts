import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { openEmbeddedForTest } from "../support/databases";
import { HOSTILE_STEAM_ID, params, startHostileSteam, steamError } from "../support/hostile-steam";
import { expectError, post } from "../support/requests";
import { startTestServer, type TestServer } from "../support/server";
import { withSteam } from "../support/steam";

const WEB_API_KEY = "C0FFEE00C0FFEE00C0FFEE00C0FFEE00";
const TICKET = "14000000a1b2c3d4";
const steam = startHostileSteam();
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({
    database: await openEmbeddedForTest(),
    adjust: withSteam({
      webApiKey: WEB_API_KEY,
      appId: 2_180_100,
      identity: "a kitchen & more",
      endpoints: steam.endpoints,
      requireOwnership: true,
    }),
  });
}, 60_000);
beforeEach(() => steam.behave());
afterAll(async () => {
  await server.stop();
  await server.database.close();
  await steam.stop();
});

const signIn = (ticket = TICKET, to = server) => post(to, "/api/login", { provider: "steam", ticket });
const asked = () => steam.requests.map(({ endpoint }) => endpoint);
const player = async () => {
  await server.database.pool.query("DELETE FROM users");
  return (await signIn()).body.user;
};

const BROKEN: [what: string, answer: () => Response][] = [
  ["a 500", () => new Response("<html>oops</html>", { status: 500 })],
  ["a 503 in JSON", () => Response.json({ response: {} }, { status: 503 })],
  ["a 429", () => new Response("slow down", { status: 429 })],
  ["a 400 without a word", () => new Response("<html>Bad Request</html>", { status: 400 })],
  ["a 404", () => new Response(null, { status: 404 })],
  ["a redirect", () => Response.redirect(`${steam.endpoints.api}/openid/login`)],
  ["nothing", () => new Response("")],
  ["a page", () => new Response("<html>Sign in to the hotel's network</html>")],
  ["half an answer", () => new Response('{"response":{')],
  ["null", () => Response.json(null)],
  ["an array", () => Response.json([])],
  ["an empty object", () => Response.json({})],
  ["an empty response", () => Response.json({ response: {} })],
  ["a word for a response", () => Response.json({ response: "OK" })],
  ["another result", () => params({ result: "Fail" })],
  ["no result", () => params({ result: undefined })],
  ["no player", () => params({ steamid: undefined })],
  ["a number for a player", () => params({ steamid: Number(HOSTILE_STEAM_ID) })],
  ["the player 0", () => params({ steamid: "0" })],
  ["a group for a player", () => params({ steamid: "103582791429521408" })],
  ["a player in another spelling", () => params({ steamid: `0${HOSTILE_STEAM_ID}` })],
  ["a number that nobody knows", () => steamError(103, "Something new")],
  ["a word for a number", () => steamError("101")],
  ["an error without a number", () => Response.json({ response: { error: {} } })],
];

test.each(BROKEN)("S13 Steam answers with %s: 503, asked once", async (_, answer) => {
  steam.misbehave("authenticate", answer);
  expectError(await signIn(), "provider_unavailable_now");
  expect(asked()).toEqual(["authenticate"]);
});

test.each([
  [3, "Invalid parameter"],
  [100, "User is offline"],
  [101, "Invalid ticket"],
])("%i, %s: the ticket does not hold", async (code, text) => {
  steam.misbehave("authenticate", () => steamError(code, text));
  expectError(await signIn(), "provider_token_invalid");
});

test("an error with a status of 400 is read as well", async () => {
  steam.misbehave("authenticate", () =>
    Response.json({ response: { error: { errorcode: 101, errordesc: "Invalid ticket" } } }, { status: 400 }),
  );
  expectError(await signIn(), "provider_token_invalid");
});

test("S1 102, Ticket for other app: it was made for another application", async () => {
  steam.misbehave("authenticate", () => steamError(102, "Ticket for other app"));
  expectError(await signIn(), "provider_audience_mismatch");
});

test("an error beside a player is an error", async () => {
  const error = { errorcode: 101, errordesc: "Invalid ticket" };
  steam.misbehave("authenticate", () =>
    Response.json({ response: { error, params: { result: "OK", steamid: HOSTILE_STEAM_ID } } }),
  );
  expectError(await signIn(), "provider_token_invalid");
});

test.each([401, 403])("a %i is the key's fault, and a line names the setting", async (status) => {
  steam.misbehave("authenticate", () => new Response("<h1>Forbidden</h1>", { status }));
  const answer = await signIn();
  expectError(answer, "provider_unavailable_now");
  expect((await server.logLines()).at(-1)).toMatchObject({
    event: "request_failed",
    code: "provider_unavailable_now",
    cause: `http_${status}`,
    setting: "STEAM_WEB_API_KEY",
    request_id: answer.headers.get("x-request-id"),
  });
});

test("a number that nobody knows stands in the log", async () => {
  steam.misbehave("authenticate", () => steamError(117, "Something new"));
  expectError(await signIn(), "provider_unavailable_now");
  expect((await server.logLines()).at(-1)).toMatchObject({ cause: "steam_error_117" });
});

test("an owner who is not told is none, where one is required", async () => {
  steam.misbehave("authenticate", () => params({ ownersteamid: undefined }));
  expectError(await signIn(), "account_disabled", { reason: "not_owner" });
});

test("Steam is asked for the app, the ticket and the identity, with the key in a header alone", async () => {
  expect((await signIn()).status).toBe(200);
  const [question, profile] = steam.requests;
  expect(Object.fromEntries(question?.url.searchParams ?? [])).toEqual({
    appid: "2180100",
    ticket: TICKET,
    identity: "a kitchen & more",
  });
  expect(Object.fromEntries(profile?.url.searchParams ?? [])).toEqual({ steamids: HOSTILE_STEAM_ID });
  for (const { url, headers } of steam.requests) {
    expect(headers.get("x-webapi-key")).toBe(WEB_API_KEY);
    expect(url.href).not.toContain(WEB_API_KEY);
  }
});

test.each([
  ["no hex", "not-a-ticket!"],
  ["half a byte too many", `${TICKET}0`],
  ["hex and more", `${TICKET}&appid=1`],
  ["a line break at the end", `${TICKET}\n`],
  ["longer than Steam's longest", "ab".repeat(2_561)],
])("a ticket that is %s is refused before Steam is asked", async (_, ticket) => {
  expectError(await signIn(ticket), "provider_token_invalid");
  expect(steam.requests).toEqual([]);
});

test("a ticket as long as Steam's longest goes to Steam", async () => {
  expect((await signIn("ab".repeat(2_560))).status).toBe(200);
});

test("another proof is none of Steam's", async () => {
  const answer = await post(server, "/api/login", { provider: "steam", id_token: "a.b.c" });
  expectError(answer, "validation_failed", { fields: expect.any(Array) });
  expect(steam.requests).toEqual([]);
});

describe("a first sign-in", () => {
  test("takes over the name and the picture", async () => {
    const { personaname, avatarfull } = steam.player;
    expect(await player()).toMatchObject({ name: personaname, picture: avatarfull });
  });

  test.each([
    ...BROKEN.slice(0, 13),
    ["a 403", () => new Response(null, { status: 403 })],
    ["nobody", () => Response.json({ response: { players: [] } })],
    ["null for a player", () => Response.json({ response: { players: [null] } })],
    [
      "somebody else",
      () =>
        Response.json({ response: { players: [{ steamid: "76561198000000002", personaname: "Mallory" }] } }),
    ],
  ] as [string, () => Response][])(
    "gets a made-up name when Steam tells of %s, and is let in",
    async (_, answer) => {
      steam.misbehave("summaries", answer);
      const user = await player();
      expect(user).toMatchObject({ picture: null, providers: ["steam"] });
      expect(user.name).not.toBe("Mallory");
    },
  );

  test.each(["http://avatars.steamstatic.com/x.jpg", "javascript:alert(1)", 7, null])(
    "takes no picture from %p",
    async (avatarfull) => {
      steam.misbehave("summaries", () =>
        Response.json({ response: { players: [{ ...steam.player, avatarfull }] } }),
      );
      expect(await player()).toMatchObject({ name: "Hostile", picture: null });
    },
  );

  test("is the only one that asks for the profile", async () => {
    await player();
    steam.behave();
    expect((await signIn()).status).toBe(200);
    expect(asked()).toEqual(["authenticate"]);
  });
});

test("S13 nobody listens where Steam should be: 503, and no address of theirs in a line", async () => {
  const nowhere = { api: "http://127.0.0.1:1", community: "http://127.0.0.1:1" };
  const { database } = server;
  const lost = await startTestServer({ database, adjust: withSteam({ endpoints: nowhere }) });
  expectError(await signIn(TICKET, lost), "provider_unavailable_now");
  await lost.flushLog();
  expect(lost.terminal()).not.toContain(TICKET);
  expect(JSON.stringify(await lost.logLines())).not.toContain(TICKET);
  await lost.stop();
});

test("S13 Steam dawdles: a 503 after five seconds", async () => {
  steam.misbehave("authenticate", () => new Promise(() => {}));
  const started = performance.now();
  expectError(await signIn(), "provider_unavailable_now");
  expect(performance.now() - started).toBeWithin(4_900, 8_000);
}, 20_000);

test("S11 neither ticket nor key is in a log", async () => {
  await signIn();
  steam.misbehave("authenticate", () => new Response(WEB_API_KEY + TICKET, { status: 403 }));
  const { text } = await signIn();
  await server.flushLog();
  const everything = text + server.terminal() + JSON.stringify(await server.logLines());
  expect(everything).not.toContain(TICKET);
  expect(everything).not.toContain(WEB_API_KEY);
});
