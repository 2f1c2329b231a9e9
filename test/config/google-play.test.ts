import { expect, test } from "bun:test";
import { load, PRODUCTION, problem, problems } from "./support";

const PLAY = { GOOGLE_PLAY_CLIENT_ID: "game-server", GOOGLE_PLAY_CLIENT_SECRET: "secret" };
const GOOGLE = { GOOGLE_CLIENT_ID: "id", GOOGLE_CLIENT_SECRET: "secret" };

test("Play Games is what the game server's id and secret say, at Google's token endpoint", () => {
  expect(load({ env: { ...PRODUCTION, ...PLAY } }).googlePlay).toEqual({
    local: false,
    clientId: "game-server",
    clientSecret: "secret",
    tokenUrl: "https://oauth2.googleapis.com/token",
    url: "https://games.googleapis.com",
  });
});

test("with nothing set at all a stand-in plays it, and beside a real Google nobody does", () => {
  expect(load().googlePlay).toMatchObject({ local: true });
  expect(load({ env: GOOGLE }).googlePlay).toBeNull();
  expect(load({ env: PRODUCTION }).googlePlay).toBeNull();
});

test("half of the credentials stops the start", () => {
  const { GOOGLE_PLAY_CLIENT_ID, GOOGLE_PLAY_CLIENT_SECRET } = PLAY;
  expect(problems({ env: { GOOGLE_PLAY_CLIENT_ID } })).toEqual(["GOOGLE_PLAY_CLIENT_SECRET: missing"]);
  expect(problems({ env: { GOOGLE_PLAY_CLIENT_SECRET } })).toEqual(["GOOGLE_PLAY_CLIENT_ID: missing"]);
});

test("other addresses are https, or a stand-in's in development", () => {
  const at = (url: string, env = {}) => ({ env: { ...PLAY, ...env, GOOGLE_PLAY_URL: url } });
  const tokenUrl = "http://127.0.0.1:1/token";
  expect(load(at("http://127.0.0.1:1/", { GOOGLE_TOKEN_URL: tokenUrl })).googlePlay).toMatchObject({
    tokenUrl,
    url: "http://127.0.0.1:1",
  });
  expect(problem(at("http://games.example"))).toStartWith("GOOGLE_PLAY_URL: must be an https: URL");
  expect(problem(at("http://127.0.0.1:1", PRODUCTION))).toBe(
    "GOOGLE_PLAY_URL: a stand-in on this machine is refused in production",
  );
});
