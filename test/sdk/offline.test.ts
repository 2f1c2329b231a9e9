import { describe, expect, test } from "bun:test";
import { settled } from "./support/fake-clock.ts";
import { offline } from "./support/fake-server.ts";
import { createGame, createSignedInGame } from "./support/game.ts";

const HOUR = 3_600_000;

describe("Offline start", () => {
  test("C18 with a stored session and no network the game starts, nothing is deleted, and it catches up", async () => {
    const world = await createSignedInGame();
    world.oauth.dispose();
    world.clock.sleep(20 * HOUR);
    world.server.fault = offline;
    const next = createGame({ world });
    expect(await next.oauth.loadStoredCredentials()).toBe(true);
    expect(next.oauth.getUser()?.name).toBe("Ada");
    await world.clock.advance(HOUR);
    expect(next.oauth.isLoggedIn()).toBe(true);
    expect(world.storage.session).toMatchObject({ refreshToken: "refresh-1.1" });
    world.server.user = { ...world.server.user, stars: 50 };
    world.server.fault = () => undefined;
    await world.clock.advance(HOUR / 30);
    expect(next.oauth.getUser()?.stars).toBe(50);
    expect(await next.oauth.getAccessToken()).toBe("access-1.2");
  });

  test("C18 loadStoredCredentials does not wait for the network", async () => {
    const world = await createSignedInGame();
    world.oauth.dispose();
    world.clock.sleep(20 * HOUR);
    world.server.fault = () => new Promise<Response>(() => {});
    const next = createGame({ world });
    expect(await next.oauth.loadStoredCredentials()).toBe(true);
    next.oauth.dispose();
  });

  test("with nothing stored loadStoredCredentials says so and nothing is asked of anybody", async () => {
    const { oauth, server, events } = createGame();
    expect(await oauth.loadStoredCredentials()).toBe(false);
    await settled();
    expect(server.requests).toEqual([]);
    expect(events).toEqual([]);
  });
});
