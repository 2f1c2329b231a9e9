import { afterAll, describe, expect, test } from "bun:test";
import {
  ACCESS_TOKEN_LIFETIME_SECONDS,
  CODE_LIFETIME_SECONDS,
} from "../../../src/stand-ins/google-play/grants";
import { startStandIns } from "../../../src/stand-ins/start";

const CLIENT_ID = "game-server";
const CLIENT_SECRET = "GOCSPX-secret";
const clock = {
  offsetSeconds: 0,
  now: () => new Date(Date.now() + clock.offsetSeconds * 1000),
};
const standIns = startStandIns({
  port: 0,
  clock,
  google_play: { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET },
});
afterAll(() => standIns.stop());
const { tokenUrl, url } = standIns.endpoints.google_play;

type Code = { server_auth_code: string; player_id: string };

const tokensFor = (body: object) =>
  fetch(`${standIns.origin}/local/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ provider: "google_play", account: "ada", ...body }),
  });
const code = async (body: object = {}) => (await (await tokensFor(body)).json()) as Code;
const exchange = (changes: Record<string, string>) => {
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    client_id: CLIENT_ID,
    client_secret: CLIENT_SECRET,
    redirect_uri: "",
    ...changes,
  });
  return fetch(tokenUrl, { method: "POST", body });
};
const me = (token: string) =>
  fetch(`${url}/games/v1/players/me`, { headers: { authorization: `Bearer ${token}` } });
const refusal = async (response: Response) => [
  response.status,
  ((await response.json()) as { error: string }).error,
];

async function tokenOf({ server_auth_code }: Code): Promise<string> {
  const response = await exchange({ code: server_auth_code });
  expect(response.status).toBe(200);
  return ((await response.json()) as { access_token: string }).access_token;
}

test("a server auth code buys Google's token response", async () => {
  const response = await exchange({ code: (await code()).server_auth_code });
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect((await response.json()) as object).toEqual({
    access_token: expect.stringMatching(/^ya29\.local-/),
    expires_in: 3599,
    scope: "https://www.googleapis.com/auth/games_lite https://www.googleapis.com/auth/drive.appdata",
    token_type: "Bearer",
  });
});

describe("a server auth code", () => {
  test("serves once", async () => {
    const { server_auth_code } = await code();
    expect((await exchange({ code: server_auth_code })).status).toBe(200);
    expect(await refusal(await exchange({ code: server_auth_code }))).toEqual([400, "invalid_grant"]);
  });

  test("dies after its lifetime", async () => {
    const { server_auth_code } = await code();
    clock.offsetSeconds += CODE_LIFETIME_SECONDS;
    expect(await refusal(await exchange({ code: server_auth_code }))).toEqual([400, "invalid_grant"]);
  });

  test("is of one client", async () => {
    const { server_auth_code } = await code({ client_id: "another" });
    expect(await refusal(await exchange({ code: server_auth_code }))).toEqual([400, "invalid_grant"]);
  });

  test("takes no redirect and no wrong secret, and is not spent by them", async () => {
    const { server_auth_code } = await code();
    const redirect_uri = "https://game.example/";
    expect(await refusal(await exchange({ code: server_auth_code, redirect_uri }))).toEqual([
      400,
      "redirect_uri_mismatch",
    ]);
    expect(await refusal(await exchange({ code: server_auth_code, client_secret: "wrong" }))).toEqual([
      401,
      "invalid_client",
    ]);
    expect((await exchange({ code: server_auth_code })).status).toBe(200);
  });
});

test("the player has the id that the script was told, a name and a picture", async () => {
  const issued = await code();
  const player = (await (await me(await tokenOf(issued))).json()) as Record<string, string>;
  expect(player).toMatchObject({
    kind: "games#player",
    playerId: issued.player_id,
    displayName: "Ada",
  });
  expect(issued.player_id).toMatch(/^a_\d{19}$/);
  expect((await fetch(player.avatarImageUrl ?? "")).headers.get("content-type")).toBe("image/svg+xml");
  expect((await code()).player_id).toBe(issued.player_id);
});

test("an unknown and an old token are Google's 401", async () => {
  const token = await tokenOf(await code());
  clock.offsetSeconds += ACCESS_TOKEN_LIFETIME_SECONDS;
  for (const refused of [token, "unknown", ""]) {
    const response = await me(refused);
    expect([response.status, await response.json()]).toEqual([
      401,
      { error: expect.objectContaining({ code: 401, status: "UNAUTHENTICATED" }) },
    ]);
  }
});

test.each([
  ["an unknown player", { account: "nobody" }],
  ["an unknown field", { surprise: "surprise" }],
])("%s is a 400 that echoes nothing", async (_what, body) => {
  const response = await tokensFor(body);
  expect(response.status).toBe(400);
  expect(await response.text()).not.toContain("surprise");
});
