import { expect, test } from "bun:test";
import { load, PRODUCTION, problem, problems } from "./support";

const STEAM_WEB_API_KEY = "0123456789abcdef0123456789ABCDEF";
const yaml = "steam:\n  app_id: 2180100\n";

test("a key and an app id are enough, in production as well", () => {
  const { steam } = load({ env: { ...PRODUCTION, STEAM_WEB_API_KEY }, yaml });
  expect(steam).toEqual({
    local: false,
    webApiKey: STEAM_WEB_API_KEY,
    appId: 2_180_100,
    identity: "robotouille",
    requireOwnership: false,
    refuseVacBanned: false,
    refusePublisherBanned: true,
    endpoints: { api: "https://partner.steam-api.com", community: "https://steamcommunity.com" },
  });
});

test("everything else can be set", () => {
  const rest =
    "  identity: kitchen\n  require_ownership: true\n  refuse_vac_banned: true\n  refuse_publisher_banned: false\n";
  const urls = "  api_url: https://api.steampowered.com/\n  community_url: https://community.example//\n";
  expect(load({ env: { STEAM_WEB_API_KEY }, yaml: yaml + rest + urls }).steam).toMatchObject({
    identity: "kitchen",
    requireOwnership: true,
    refuseVacBanned: true,
    refusePublisherBanned: false,
    endpoints: { api: "https://api.steampowered.com", community: "https://community.example" },
  });
});

test("half of it stops the start", () => {
  expect(problem({ env: { STEAM_WEB_API_KEY } })).toBe("steam.app_id: missing (STEAM_WEB_API_KEY is set)");
  expect(problem({ yaml })).toBe("STEAM_WEB_API_KEY: missing (steam.app_id is set)");
});

test.each(["", " ", "0123", `${STEAM_WEB_API_KEY}0`, "your-steam-web-api-key-goes-here"])(
  "a key of %p is refused by its name, and not quoted",
  (key) => {
    const [line = "", ...others] = problems({ env: { STEAM_WEB_API_KEY: key }, yaml });
    expect(line).toStartWith("STEAM_WEB_API_KEY: ");
    expect(others.filter((other) => !other.startsWith("STEAM_WEB_API_KEY: "))).toEqual([]);
    if (key.trim()) expect(line).not.toContain(key);
  },
);

test.each(["0", "-1", "1.5", "4294967296", "spacewar"])("an app id of %s is refused", (appId) => {
  const lines = problems({ env: { STEAM_WEB_API_KEY }, yaml: `steam:\n  app_id: ${appId}\n` });
  expect(lines[0]).toStartWith("config.yml: steam.app_id");
});

test("where nothing is set, the stand-in plays it in development, and only beside the local Google", () => {
  expect(load({}).steam).toMatchObject({ local: true, appId: 480 });
  const { GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET } = PRODUCTION;
  expect(load({ env: { GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET } }).steam).toBeNull();
  expect(load({ env: PRODUCTION }).steam).toBeNull();
});

test("production refuses a local Steam, from the environment and from config.yml", () => {
  const env = { ...PRODUCTION, STEAM_WEB_API_KEY };
  const STEAM_API_URL = "http://localhost:8001/steam";
  const refused = (name: string) =>
    `Steam's ${name} URL: a stand-in on this machine is refused in production`;
  expect(problems({ env: { ...env, STEAM_API_URL }, yaml })).toEqual([refused("api")]);
  const local = `${yaml}  community_url: http://127.0.0.1:8001/steam\n`;
  expect(problems({ env, yaml: local })).toEqual([refused("community")]);
});

test("an address in clear to another machine is refused", () => {
  const STEAM_API_URL = "http://partner.steam-api.com";
  expect(problem({ env: { STEAM_WEB_API_KEY, STEAM_API_URL }, yaml })).toStartWith("STEAM_API_URL: must be");
});
