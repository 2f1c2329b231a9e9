import { describe, expect, test } from "bun:test";
import { settled } from "./support/fake-clock.ts";
import { createGame, createSignedInGame, MemoryStorage } from "./support/game.ts";

const STORED = {
  format: 1,
  accessToken: "a",
  refreshToken: "r",
  expiresIn: 60,
  receivedAt: 1,
  user: { id: 1, name: "Ada" },
};

describe("Storage", () => {
  const corrupt = {
    "half a file": JSON.stringify(STORED).slice(0, 40),
    nothing: "",
    "another program's file": '{"scores":[1,2,3]}',
    "a format of tomorrow": JSON.stringify({ ...STORED, format: 2 }),
    null: "null",
    "an array": "[]",
    binary: "\u0000\uffff\u0001",
    "a session without its user": JSON.stringify({ ...STORED, user: undefined }),
    "numbers for tokens": JSON.stringify({ ...STORED, accessToken: 1 }),
    "an endless lifetime": JSON.stringify({ ...STORED, expiresIn: "soon" }),
    "no time of receipt": JSON.stringify({ ...STORED, receivedAt: null }),
    "a prototype": '{"__proto__":{"format":1}}',
  };
  for (const [name, value] of Object.entries(corrupt)) {
    test(`C19 ${name}: signed out cleanly, and the next sign-in works`, async () => {
      const storage = new MemoryStorage();
      storage.values.set("account-sdk:https://accounts.test", value);
      const { oauth, events, warnings } = createGame({ world: { storage } });
      expect(await oauth.loadStoredCredentials()).toBe(false);
      expect(oauth.getLoginStatus()).toEqual({ state: "not_started" });
      expect(events).toEqual([]);
      expect(warnings).toEqual([]);
      await oauth.loginWithIdToken("id-token");
      expect(storage.session).toMatchObject({ refreshToken: "refresh-1.1" });
    });
  }

  test("C20 a storage that throws is replaced by memory, with one warning", async () => {
    const broken = () => {
      throw new Error("quota exceeded");
    };
    const { oauth, warnings, clock, server } = createGame({
      storage: { get: broken, set: broken, remove: broken },
    });
    await oauth.loadStoredCredentials();
    await oauth.loginWithIdToken("id-token");
    await clock.advance(2 * 3_600_000);
    expect(server.refreshes).toBe(2);
    expect(oauth.isLoggedIn()).toBe(true);
    await oauth.updateUsername("Grace");
    await oauth.logout();
    expect(await oauth.loadStoredCredentials()).toBe(false);
    expect(warnings).toHaveLength(1);
  });

  test("C20 a storage that begins to reject later loses nothing", async () => {
    const storage = new MemoryStorage();
    const { oauth, warnings, clock } = await createSignedInGame({ world: { storage } });
    storage.set = () => Promise.reject(new Error("disk full"));
    storage.get = () => Promise.reject(new Error("disk gone"));
    await clock.advance(2 * 3_600_000);
    expect(await oauth.getAccessToken()).toBe("access-1.3");
    expect(warnings).toHaveLength(1);
  });

  const troubles = {
    "is busy once (EBUSY)": 1,
    "is full for a while (ENOSPC)": 4,
    "is forbidden for long (EACCES)": 12,
  };
  for (const [name, failures] of Object.entries(troubles)) {
    test(`a storage that ${name} is written when it can be, with the last value, and warned of once`, async () => {
      const storage = new MemoryStorage();
      const world = await createSignedInGame({ world: { storage } });
      const set = storage.set.bind(storage);
      let left = failures;
      storage.set = async (key, value) => {
        if (left-- > 0) throw Object.assign(new Error("no"), { code: "EBUSY" });
        return set(key, value);
      };
      await world.oauth.refreshTokens();
      await world.oauth.updateUsername("Grace");
      await world.clock.advance(15 * 60_000);
      expect(storage.session).toMatchObject({ refreshToken: "refresh-1.2", user: { name: "Grace" } });
      expect(world.warnings).toHaveLength(1);
      await world.oauth.refreshTokens();
      expect(storage.session).toMatchObject({ refreshToken: "refresh-1.3" });
      world.oauth.dispose();
      const next = createGame({ world });
      expect(await next.oauth.loadStoredCredentials()).toBe(true);
      expect((await next.oauth.refreshTokens()).name).toBe("Grace");
    });
  }

  test("a sign-out that the storage refuses is carried out when it can be", async () => {
    const storage = new MemoryStorage();
    const { oauth, clock } = await createSignedInGame({ world: { storage } });
    const remove = storage.remove.bind(storage);
    storage.remove = () => Promise.reject(new Error("EBUSY"));
    await oauth.logout();
    expect(await oauth.loadStoredCredentials()).toBe(false);
    storage.remove = remove;
    await clock.advance(10_000);
    expect(storage.session).toBeNull();
  });

  test("a sign-in over a stored one that the storage refuses is not lost to the old one", async () => {
    const storage = new MemoryStorage();
    const world = await createSignedInGame({ world: { storage } });
    world.oauth.dispose();
    const next = createGame({ world });
    const set = storage.set.bind(storage);
    storage.set = () => Promise.reject(new Error("EBUSY"));
    await next.oauth.loginWithIdToken("id-token");
    expect((await next.oauth.refreshTokens()).name).toBe("Ada");
    storage.set = set;
    await world.clock.advance(10_000);
    expect(storage.session).toMatchObject({ refreshToken: "refresh-2.2" });
  });

  test("what another process has stored meanwhile is later than what could not be written", async () => {
    const storage = new MemoryStorage();
    const world = await createSignedInGame({ world: { storage } });
    const set = storage.set.bind(storage);
    storage.set = () => Promise.reject(new Error("EBUSY"));
    await world.oauth.updateUsername("Grace");
    storage.set = set;
    const other = createGame({ world });
    await other.oauth.loginWithIdToken("another");
    await world.clock.advance(60_000);
    expect(storage.session).toMatchObject({ refreshToken: "refresh-2.1" });
  });

  test("a storage needs no more than get, set and remove, synchronous or not", async () => {
    const values = new Map<string, string>();
    const storage = {
      get: (key: string) => values.get(key),
      set: (key: string, value: string) => values.set(key, value),
      remove: (key: string) => values.delete(key),
    };
    const { oauth } = createGame({ storage });
    await oauth.loginWithIdToken("id-token");
    expect(values.size).toBe(1);
    const next = createGame({ storage });
    expect(await next.oauth.loadStoredCredentials()).toBe(true);
    await oauth.logout();
    expect(values.size).toBe(0);
  });

  test("games of different backends do not see each other's session", async () => {
    const world = await createSignedInGame();
    const other = createGame({ world, backendUrl: "https://elsewhere.test" });
    expect(await other.oauth.loadStoredCredentials()).toBe(false);
  });

  test("a storage that tells of changes brings other tabs' sign-ins, profiles and sign-outs", async () => {
    const storage = new MemoryStorage();
    let changed = () => {};
    const tab = Object.assign(Object.create(storage), {
      watch: (_key: string, told: () => void) => {
        changed = told;
        return () => {};
      },
    });
    const one = createGame({ world: { storage } });
    const two = createGame({ storage: tab, world: { server: one.server, clock: one.clock } });
    await one.oauth.loginWithIdToken("id-token");
    changed();
    await settled();
    await one.oauth.updateUsername("Grace");
    changed();
    await settled();
    await one.oauth.logout();
    changed();
    await settled();
    expect(two.events.filter((event) => !event.startsWith("status"))).toEqual([
      "login:Ada",
      "user:Ada",
      "user:Grace",
      "logout",
    ]);
  });
});
