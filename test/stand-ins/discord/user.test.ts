import { afterAll, describe, expect, test } from "bun:test";
import { ACCESS_TOKEN_LIFETIME_SECONDS } from "../../../src/stand-ins/discord/grants";
import type { User } from "../../../src/stand-ins/discord/user";
import { CHALLENGE, codeFor, exchange, me, startDiscord, tokensFor, VERIFIER } from "./support";

const { standIns, clock } = startDiscord();
afterAll(() => standIns.stop());

const UNAUTHORIZED = { message: "401: Unauthorized", code: 0 };

async function tokenOf(grant: Record<string, string | undefined>): Promise<string> {
  const response = await exchange(standIns, grant);
  expect(response.status).toBe(200);
  return ((await response.json()) as { access_token: string }).access_token;
}
const userOf = async (token: string) => (await me(standIns, token)).json() as Promise<User>;

test("the user has a snowflake, a name, a picture and a verified email", async () => {
  const user = await userOf(await tokenOf({ code: await codeFor(standIns) }));
  expect(user).toMatchObject({
    id: expect.stringMatching(/^\d{18}$/),
    username: "ada",
    global_name: "Ada Pepper",
    discriminator: "0",
    avatar: expect.stringMatching(/^[0-9a-f]{32}$/),
    email: "ada@players.example",
    verified: true,
  });
  const picture = await fetch(`${standIns.endpoints.discord.url}/avatars/${user.id}/${user.avatar}.png`);
  expect(picture.headers.get("content-type")).toBe("image/svg+xml");
});

test("without the scope email there is none", async () => {
  const user = await userOf(await tokenOf({ code: await codeFor(standIns, { scope: "identify" }) }));
  expect(user).not.toContainAnyKeys(["email", "verified"]);
});

test("a token without identify, an unknown and an old one are Discord's 401", async () => {
  const token = await tokenOf({ code: await codeFor(standIns) });
  clock.offsetSeconds += ACCESS_TOKEN_LIFETIME_SECONDS;
  const bare = await tokenOf({ code: await codeFor(standIns, { scope: "guilds" }) });
  for (const refused of [token, bare, "unknown", ""]) {
    const response = await me(standIns, refused);
    expect([response.status, await response.json()]).toEqual([401, UNAUTHORIZED]);
  }
});

describe("the code of an Activity", () => {
  const activity = async (body: object) => {
    const response = await tokensFor(standIns, { account: "ada", ...body });
    return (await response.json()) as { code: string; code_verifier?: string; user_id: string };
  };

  test("has a verifier and no redirect, and is for the player that the page would sign in", async () => {
    const { code, code_verifier, user_id } = await activity({});
    const user = await userOf(await tokenOf({ code, code_verifier, redirect_uri: undefined }));
    expect(user.id).toBe(user_id);
    expect((await userOf(await tokenOf({ code: await codeFor(standIns) }))).id).toBe(user_id);
  });

  test("may be for a verifier of the game's own", async () => {
    const { code, ...rest } = await activity({ code_challenge: CHALLENGE });
    expect(rest).not.toHaveProperty("code_verifier");
    await tokenOf({ code, code_verifier: VERIFIER, redirect_uri: undefined });
  });

  test.each([
    ["an unknown player", { account: "nobody" }],
    ["an unknown field", { surprise: "surprise" }],
    ["an unknown scope", { scope: "surprise" }],
    ["a challenge that is none", { code_challenge: "surprise" }],
  ])("%s is a 400 that echoes nothing", async (_what, body) => {
    const response = await tokensFor(standIns, { account: "ada", ...body });
    expect(response.status).toBe(400);
    expect(await response.text()).not.toContain("surprise");
  });
});
