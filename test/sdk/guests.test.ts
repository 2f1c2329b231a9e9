import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { OAuthManager } from "../../sdk/src/oauth-manager.ts";
import { onEachDatabase } from "../support/suite";
import { Desktop } from "./support/desktop.ts";
import { offline } from "./support/fake-server.ts";
import { createGame, MemoryStorage } from "./support/game.ts";

/** The keys that guests sent, in order. */
const keysOf = ({ server }: Pick<ReturnType<typeof createGame>, "server">) =>
  server.requests.filter(({ path }) => path === "/api/login").map(({ body }) => body.guest_key);

describe("loginAsGuest", () => {
  test("sends a key of 32 random bytes, made once, and answers with the player", async () => {
    const game = createGame();
    expect(await game.oauth.loginAsGuest()).toMatchObject({ name: "Ada" });
    expect(game.server.requests[0]?.body).toMatchObject({ provider: "guest" });
    expect(keysOf(game)).toEqual([expect.stringMatching(/^[\w-]{43}$/)]);
  });

  test("is the same guest at every start, also when the first answer was lost", async () => {
    const world = createGame();
    world.server.fault = offline;
    expect(await world.oauth.loginAsGuest().catch(({ code }) => code)).toBe("network_error");
    world.server.fault = () => undefined;
    const { storage, server, clock } = world;
    await createGame({ world: { storage, server, clock } }).oauth.loginAsGuest();
    expect(new Set(keysOf(world)).size).toBe(1);
    expect(keysOf(world)).toHaveLength(2);
  });

  test("goes on with the session that is stored, and asks nobody", async () => {
    const world = createGame();
    await world.oauth.loginAsGuest();
    const next = createGame({ world });
    expect(await next.oauth.loginAsGuest()).toMatchObject({ name: "Ada" });
    expect(keysOf(world)).toHaveLength(1);
  });

  test("is the same guest after a logout", async () => {
    const world = createGame();
    await world.oauth.loginAsGuest();
    await world.oauth.logout();
    await world.oauth.loginAsGuest();
    expect(new Set(keysOf(world)).size).toBe(1);
    expect(keysOf(world)).toHaveLength(2);
  });

  test("is another guest on another device", async () => {
    const [one, other] = [createGame(), createGame()];
    await one.oauth.loginAsGuest();
    await other.oauth.loginAsGuest();
    expect(keysOf(one)).not.toEqual(keysOf(other));
  });

  test("C20 a storage that throws costs one warning, and the guest plays, the same until the game ends", async () => {
    const storage = new MemoryStorage();
    const refuse = () => Promise.reject(new Error("full"));
    Object.assign(storage, { get: refuse, set: refuse, remove: refuse });
    const game = createGame({ world: { storage } });
    await game.oauth.loginAsGuest();
    await game.oauth.logout();
    await game.oauth.loginAsGuest();
    expect(new Set(keysOf(game)).size).toBe(1);
    expect(game.warnings).toHaveLength(1);
  });
});

onEachDatabase((at) => {
  let desktop: Desktop;
  beforeEach(() => {
    desktop = new Desktop();
  });
  afterEach(() => desktop.close());

  test("two processes that start at once are one guest, who plays on at the next start", async () => {
    const backendUrl = at.server.origin;
    const games = [desktop.game(at.server), desktop.game(at.server)].map(({ oauth }) => oauth);
    const users = await Promise.all(games.map((oauth) => oauth.loginAsGuest()));
    expect(new Set(users.map(({ id }) => id)).size).toBe(1);
    expect(users[0]).toMatchObject({ guest: true, providers: ["guest"] });
    for (const oauth of games) oauth.dispose();
    const next = desktop.game(at.server).oauth;
    expect((await next.loginAsGuest()).id).toBe(users[0]?.id ?? 0);
    next.dispose();
    const elsewhere = new OAuthManager({ backendUrl, storage: new MemoryStorage(), callbacks: "immediate" });
    expect((await elsewhere.loginAsGuest()).id).not.toBe(users[0]?.id ?? 0);
    elsewhere.dispose();
  });
});
