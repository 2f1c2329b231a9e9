import { expect, test } from "bun:test";
import { load, PRODUCTION, problem, problems } from "./support";

const DISCORD = { DISCORD_CLIENT_ID: "157730590492196864", DISCORD_CLIENT_SECRET: "secret" };
const GOOGLE = { GOOGLE_CLIENT_ID: "id", GOOGLE_CLIENT_SECRET: "secret" };

test("Discord is what its application's id and secret say", () => {
  expect(load({ env: { ...PRODUCTION, ...DISCORD } }).discord).toEqual({
    local: false,
    clientId: DISCORD.DISCORD_CLIENT_ID,
    clientSecret: "secret",
    url: "https://discord.com",
  });
});

test("with nothing set at all a stand-in plays it, and beside a real Google nobody does", () => {
  expect(load().discord).toMatchObject({ local: true, clientId: expect.stringMatching(/^\d{18}$/) });
  expect(load({ env: GOOGLE }).discord).toBeNull();
  expect(load({ env: PRODUCTION }).discord).toBeNull();
});

test("half of the credentials stops the start", () => {
  const { DISCORD_CLIENT_ID, DISCORD_CLIENT_SECRET } = DISCORD;
  expect(problems({ env: { DISCORD_CLIENT_ID } })).toEqual(["DISCORD_CLIENT_SECRET: missing"]);
  expect(problems({ env: { DISCORD_CLIENT_SECRET } })).toEqual(["DISCORD_CLIENT_ID: missing"]);
});

test.each(["my-game", "123", "1".repeat(21), "157730590492196864 "])("%j is no application's id", (id) => {
  expect(problem({ env: { ...DISCORD, DISCORD_CLIENT_ID: id } })).toStartWith(
    "DISCORD_CLIENT_ID: must be the application's id",
  );
});

test("another address is https, or a stand-in in development, and has no slash at its end", () => {
  const at = (url: string, env = {}) => ({ env: { ...DISCORD, ...env, DISCORD_URL: url } });
  expect(load(at("http://127.0.0.1:1/discord/")).discord?.url).toBe("http://127.0.0.1:1/discord");
  expect(problem(at("http://discord.example"))).toStartWith("DISCORD_URL: must be an https: URL");
  expect(problem(at("http://127.0.0.1:1", PRODUCTION))).toBe(
    "DISCORD_URL: a stand-in on this machine is refused in production",
  );
});
