import { describe, expect, test } from "bun:test";
import { rejection } from "../support/rejection";
import { settled } from "./support/fake-clock.ts";
import { offline, ok, refusal } from "./support/fake-server.ts";
import { createGame, createSignedInGame, MemoryStorage } from "./support/game.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The storage of a browser's tabs: one at a time in the lock, and each hears of every change at once. */
class WatchedStorage extends MemoryStorage {
  readonly #watchers = new Set<() => void>();
  #turns: Promise<unknown> = Promise.resolve();

  override async set(key: string, value: string): Promise<void> {
    await super.set(key, value);
    for (const changed of this.#watchers) changed();
    await settled();
  }

  lock<T>(name: string, work: () => Promise<T>): Promise<T> {
    if (!name.endsWith(".refresh")) return work();
    const turn = this.#turns.then(work);
    this.#turns = turn.catch(() => {});
    return turn;
  }

  watch(_key: string, changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => void this.#watchers.delete(changed);
  }
}

describe("Tokens look after themselves", () => {
  test("C1 a hundred callers with an expired token cause one refresh", async () => {
    const { oauth, clock, server } = await createSignedInGame();
    clock.sleep(2 * HOUR);
    const tokens = await Promise.all(Array.from({ length: 100 }, () => oauth.getAccessToken()));
    expect(server.refreshes).toBe(1);
    expect(new Set(tokens)).toEqual(new Set(["access-1.2"]));
  });

  test("a token is refreshed a minute before it expires, without anybody asking", async () => {
    const { clock, server } = await createSignedInGame();
    await clock.advance(HOUR - MINUTE - 1);
    expect(server.refreshes).toBe(0);
    await clock.advance(MINUTE / 2);
    expect(server.refreshes).toBe(1);
  });

  test("a token that lives for seconds is refreshed once in its life, not all the time", async () => {
    const { clock, server, oauth } = createGame();
    server.expiresIn = 10;
    await oauth.loginWithIdToken("id-token");
    await clock.advance(60_000);
    expect(server.refreshes).toBeGreaterThanOrEqual(6);
    expect(server.refreshes).toBeLessThanOrEqual(8);
  });

  const transient = {
    "network error": offline,
    "500": () => refusal(500, "internal_error"),
    "503": () => refusal(503, "database_unavailable", { "retry-after": "5" }),
    "502 in HTML": () => new Response("<h1>Bad gateway</h1>", { status: 502 }),
    "429": () => refusal(429, "rate_limited", { "retry-after": "5" }),
    "408": () => refusal(408, "request_timeout"),
    "captive portal": () => new Response("<h1>Welcome to our Wi-Fi</h1>"),
    "401 without a code": () => new Response("", { status: 401 }),
    "invalid_grant with another status": () => refusal(500, "invalid_grant"),
  };
  for (const [name, fault] of Object.entries(transient)) {
    test(`C2 ${name}: the session is kept, even when expired, and recovers`, async () => {
      const { oauth, clock, server, storage, events } = await createSignedInGame();
      server.fault = fault;
      await clock.advance(3 * HOUR);
      expect(oauth.isLoggedIn()).toBe(true);
      expect(storage.session).toMatchObject({ refreshToken: "refresh-1.1" });
      expect(events).toEqual([]);
      expect(await rejection(oauth.getAccessToken())).toMatchObject({ name: "AccountError" });
      server.fault = () => undefined;
      await clock.advance(2 * MINUTE);
      expect(await oauth.getAccessToken()).toStartWith("access-1.");
    });
  }

  test("C2 a server that never answers is given up after ten seconds, and the session kept", async () => {
    const { oauth, clock, server } = await createSignedInGame();
    clock.sleep(2 * HOUR);
    server.fault = () => new Promise<Response>(() => {});
    const given = oauth.getAccessToken().catch((error) => error);
    await clock.advance(10_000);
    expect(await given).toMatchObject({ code: "network_error" });
    expect(oauth.isLoggedIn()).toBe(true);
  });

  test("C3 a dead refresh token ends the session only when the access token has expired", async () => {
    const { oauth, clock, server, storage, events } = await createSignedInGame();
    server.revokeAll();
    expect(await rejection(oauth.refreshTokens())).toMatchObject({ code: "invalid_grant" });
    expect(oauth.isLoggedIn()).toBe(true);
    expect(await oauth.getAccessToken()).toBe("access-1.1");
    await clock.advance(HOUR - 1);
    expect(events).toEqual([]);
    await clock.advance(MINUTE);
    expect(events).toEqual(["logout", "status:not_started"]);
    expect(storage.session).toBeNull();
    expect(server.refreshes).toBe(1);
  });

  test("C3 a dead session whose access token the account server refuses ends at once", async () => {
    const { oauth, clock, server, events } = await createSignedInGame();
    server.revokeAll();
    server.forgetAccessTokens();
    expect(await rejection(oauth.updateUsername("Grace"))).toMatchObject({
      code: "invalid_token",
      status: 401,
    });
    await clock.advance(MINUTE);
    expect(events).toEqual(["logout", "status:not_started"]);
  });

  test("C3 and within a second, also when the refusal comes right after the refresh token was found dead", async () => {
    const { oauth, clock, server, events } = await createSignedInGame();
    server.revokeAll();
    expect(await rejection(oauth.refreshTokens())).toMatchObject({ code: "invalid_grant" });
    server.forgetAccessTokens();
    expect(await rejection(oauth.updateUsername("Grace"))).toMatchObject({
      code: "invalid_token",
      status: 401,
    });
    await clock.advance(1_000);
    expect(events).toEqual(["logout", "status:not_started"]);
    expect(server.refreshes).toBe(1);
  });

  test("C3 a 401 of somebody else's server does not end a session that still works", async () => {
    const { oauth, server, events } = await createSignedInGame();
    server.revokeAll();
    server.fault = ({ url }) => (url.startsWith("https://scores.test") ? refusal(401, "no") : undefined);
    expect((await oauth.fetch("https://scores.test/top")).status).toBe(401);
    expect(events).toEqual([]);
    expect(await oauth.getAccessToken()).toBe("access-1.1");
  });

  test("C4 onLogout comes once, however many callers find the session dead", async () => {
    const { oauth, clock, server } = await createSignedInGame();
    let logouts = 0;
    oauth.login({ onLogout: () => logouts++ });
    server.revokeAll();
    clock.sleep(2 * HOUR);
    await Promise.allSettled([
      oauth.getAccessToken(),
      oauth.refreshTokens(),
      oauth.fetch("https://accounts.test/api/me"),
      oauth.updateUsername("Grace"),
    ]);
    await oauth.logout();
    await clock.advance(HOUR);
    expect(logouts).toBe(1);
  });

  test("C5 after a failed refresh fifty calls make no further request until the back-off is over", async () => {
    const { oauth, clock, server } = await createSignedInGame();
    clock.sleep(2 * HOUR);
    server.fault = offline;
    const together = await Promise.allSettled(Array.from({ length: 25 }, () => oauth.getAccessToken()));
    const afterwards = await Promise.allSettled(Array.from({ length: 25 }, () => oauth.refreshTokens()));
    for (const result of [...together, ...afterwards]) {
      expect(result).toMatchObject({ status: "rejected", reason: { code: "network_error" } });
    }
    expect(server.refreshes).toBe(1);
    await clock.advance(1_000);
    expect(server.refreshes).toBe(2);
  });

  test("C5 the back-off doubles up to a minute and honours Retry-After", async () => {
    const { clock, server } = await createSignedInGame();
    clock.sleep(2 * HOUR);
    server.fault = offline;
    await clock.advance(HOUR);
    expect(server.refreshes).toBeGreaterThan(55);
    expect(server.refreshes).toBeLessThan(150);
    server.fault = () => refusal(429, "rate_limited", { "retry-after": "600" });
    await clock.advance(2 * MINUTE);
    const before = server.refreshes;
    await clock.advance(2.9 * MINUTE);
    expect(server.refreshes).toBe(before);
    await clock.advance(2 * MINUTE);
    expect(server.refreshes).toBe(before + 1);
  });

  for (const seconds of [3600, 86_400, 4_000_000_000]) {
    test(`C5 a Retry-After of ${seconds} s silences the game for five minutes at most`, async () => {
      const { clock, server } = await createSignedInGame();
      clock.sleep(2 * HOUR);
      server.fault = () => refusal(503, "database_unavailable", { "retry-after": String(seconds) });
      await clock.advance(30_000);
      const before = server.refreshes;
      await clock.advance(4 * MINUTE);
      expect(server.refreshes).toBe(before);
      server.fault = () => undefined;
      await clock.advance(2 * MINUTE);
      expect(server.refreshes).toBe(before + 1);
    });
  }

  test("an explicit call asks the server, however long the back-off of the timer", async () => {
    const { oauth, clock, server } = await createSignedInGame();
    clock.sleep(2 * HOUR);
    server.fault = () => refusal(503, "database_unavailable", { "retry-after": "3600" });
    await clock.advance(30_000);
    server.fault = () => undefined;
    expect((await oauth.refreshTokens()).name).toBe("Ada");
    server.fault = () => refusal(503, "database_unavailable", { "retry-after": "3600" });
    await oauth.refreshTokens().catch(() => {});
    await clock.advance(300);
    server.fault = () => undefined;
    expect((await oauth.refreshTokens()).name).toBe("Ada");
  });

  test("a refresh of the timer that fails is no answer to a call made meanwhile", async () => {
    const { oauth, clock, server } = await createSignedInGame();
    clock.sleep(2 * HOUR);
    const gate = Promise.withResolvers<Response>();
    server.fault = () => gate.promise;
    await clock.advance(30_000);
    const token = oauth.getAccessToken();
    await settled();
    server.fault = () => undefined;
    gate.resolve(refusal(503, "database_unavailable"));
    expect(await token).toBe("access-1.2");
  });

  test("C5 news of other tabs does not shorten the back-off", async () => {
    let changed = () => {};
    const storage = Object.assign(new MemoryStorage(), {
      watch: (_key: string, told: () => void) => {
        changed = told;
        return () => {};
      },
    });
    const { clock, server } = await createSignedInGame({ world: { storage } });
    clock.sleep(2 * HOUR);
    server.fault = offline;
    await clock.advance(30_000);
    const before = server.refreshes;
    for (let news = 0; news < 20; news++) {
      changed();
      await settled();
    }
    expect(server.refreshes).toBe(before);
  });

  test("C5 the failures of an old session do not stand in the way of a new one", async () => {
    const { oauth, server } = await createSignedInGame();
    server.fault = ({ path }) => (path === "/api/refresh" ? refusal(503, "database_unavailable") : undefined);
    await oauth.refreshTokens().catch(() => {});
    await oauth.logout();
    server.fault = () => undefined;
    await oauth.loginWithIdToken("another");
    expect((await oauth.refreshTokens()).name).toBe("Ada");
  });

  test("C6 a refresh that finishes after logout is discarded", async () => {
    const { oauth, clock, server, storage, events } = await createSignedInGame();
    const gate = Promise.withResolvers<undefined>();
    server.fault = ({ path }) => (path === "/api/refresh" ? (gate.promise as never) : undefined);
    const refresh = oauth.refreshTokens();
    await settled();
    await oauth.logout();
    gate.resolve(undefined);
    expect(await rejection(refresh)).toMatchObject({ name: "AccountError" });
    await clock.advance(0);
    expect(oauth.isLoggedIn()).toBe(false);
    expect(storage.session).toBeNull();
    expect(events).toEqual(["logout", "status:not_started"]);
  });

  test("C7 a refresh that finishes after a newer sign-in in this game leaves it alone", async () => {
    const { oauth, clock, server, storage } = await createSignedInGame();
    const gate = Promise.withResolvers<undefined>();
    server.fault = ({ path }) => (path === "/api/refresh" ? (gate.promise as never) : undefined);
    const refresh = oauth.refreshTokens();
    await settled();
    await oauth.loginWithIdToken("another");
    gate.resolve(undefined);
    await refresh;
    await clock.advance(0);
    expect(await oauth.getAccessToken()).toBe("access-2.1");
    expect(storage.session).toMatchObject({ refreshToken: "refresh-2.1" });
  });

  test("C7 a refresh that finishes after a newer sign-in in another process takes that one over", async () => {
    const world = await createSignedInGame();
    const other = createGame({ world });
    const gate = Promise.withResolvers<undefined>();
    world.server.fault = ({ path }) => (path === "/api/refresh" ? (gate.promise as never) : undefined);
    const refresh = world.oauth.refreshTokens();
    await settled();
    await other.oauth.loginWithIdToken("another");
    gate.resolve(undefined);
    await refresh;
    expect(world.storage.session).toMatchObject({ refreshToken: "refresh-2.1" });
    expect(await world.oauth.getAccessToken()).toBe("access-2.1");
  });

  test("C7 a session found dead does not take a newer one down with it", async () => {
    const world = await createSignedInGame();
    const other = createGame({ world });
    world.clock.sleep(2 * HOUR);
    world.server.fault = async ({ path }) => {
      if (path !== "/api/refresh") return undefined as never;
      await other.oauth.loginWithIdToken("another");
      return refusal(401, "invalid_grant");
    };
    expect(await world.oauth.getAccessToken()).toBe("access-2.1");
    expect(world.events).toEqual([]);
    expect(world.storage.session).toMatchObject({ refreshToken: "refresh-2.1" });
  });

  test("C9 another process has rotated: the store is read first, and no request is made", async () => {
    const world = await createSignedInGame();
    const other = createGame({ world });
    await other.oauth.loadStoredCredentials();
    world.clock.sleep(2 * HOUR);
    await other.oauth.getAccessToken();
    expect(await world.oauth.getAccessToken()).toBe("access-1.2");
    expect(world.server.refreshes).toBe(1);
  });

  test("C9 another tab has rotated while this one waited for its turn: no request is made", async () => {
    const storage = new WatchedStorage();
    const world = await createSignedInGame({ world: { storage } });
    const other = createGame({ world });
    await other.oauth.loadStoredCredentials();
    world.clock.sleep(2 * HOUR);
    const tokens = await Promise.all([world, other].map(({ oauth }) => oauth.getAccessToken()));
    expect(tokens).toEqual(["access-1.2", "access-1.2"]);
    expect(world.server.refreshes).toBe(1);
  });

  test("C9 another process has signed out: this one follows", async () => {
    const world = await createSignedInGame();
    const other = createGame({ world });
    await other.oauth.loadStoredCredentials();
    await other.oauth.logout();
    world.clock.sleep(2 * HOUR);
    expect(await rejection(world.oauth.getAccessToken())).toMatchObject({ code: "not_logged_in" });
    await settled();
    expect(world.events).toEqual(["logout", "status:not_started"]);
  });

  test("C10 after hours of sleep the next look at the clock refreshes", async () => {
    const { clock, server } = await createSignedInGame();
    clock.sleep(8 * HOUR);
    await clock.advance(30_000);
    expect(server.refreshes).toBe(1);
  });

  test("C10 a game that is looked at again refreshes at once, and one whose network is back retries at once", async () => {
    let awake = () => {};
    let online = () => {};
    const watch = (one: () => void, other: () => void) => {
      [awake, online] = [one, other];
      return () => {};
    };
    const { clock, server } = await createSignedInGame({ platform: { watch } });
    clock.sleep(8 * HOUR);
    server.fault = offline;
    awake();
    awake();
    await settled();
    expect(server.refreshes).toBe(1);
    server.fault = () => undefined;
    online();
    await settled();
    expect(server.refreshes).toBe(2);
  });

  for (const hours of [-5, 5]) {
    test(`C11 a clock that is set ${hours} h while playing costs one refresh at most and signs nobody out`, async () => {
      const { oauth, clock, server, events } = await createSignedInGame();
      clock.jump(hours * HOUR);
      await clock.advance(10 * MINUTE);
      expect(server.refreshes).toBeLessThanOrEqual(1);
      clock.jump(-hours * HOUR);
      await clock.advance(10 * MINUTE);
      expect(server.refreshes).toBeLessThanOrEqual(2);
      expect(oauth.isLoggedIn()).toBe(true);
      expect(events).toEqual([]);
    });

    test(`C11 a clock that was set ${hours} h between two games costs one refresh at most`, async () => {
      const world = await createSignedInGame();
      world.oauth.dispose();
      world.clock.jump(hours * HOUR);
      const next = createGame({ world });
      expect(await next.oauth.loadStoredCredentials()).toBe(true);
      await world.clock.advance(30 * MINUTE);
      expect(world.server.refreshes).toBeLessThanOrEqual(1);
      expect(next.oauth.isLoggedIn()).toBe(true);
    });
  }

  test("C11 a clock set back does not stretch a token's life", async () => {
    const { clock, server } = await createSignedInGame();
    clock.jump(-5 * HOUR);
    await clock.advance(HOUR);
    expect(server.refreshes).toBe(1);
  });

  test("C12 an answer of 401 causes one refresh and one retry, with the body sent again", async () => {
    const { oauth, server } = await createSignedInGame();
    server.forgetAccessTokens();
    const user = await oauth.updateUsername("Grace");
    expect(user.name).toBe("Grace");
    expect(server.requests.slice(-3).map(({ path, body }) => [path, body.new_username])).toEqual([
      ["/api/update_username", "Grace"],
      ["/api/refresh", undefined],
      ["/api/update_username", "Grace"],
    ]);
  });

  test("C12 a server that answers 401 whatever comes is asked twice, not for ever", async () => {
    const { oauth, server } = await createSignedInGame();
    server.fault = ({ path }) => (path === "/scores" ? refusal(401, "invalid_token") : undefined);
    const response = await oauth.fetch("https://scores.test/scores");
    expect(response.status).toBe(401);
    expect(server.count("/scores")).toBe(2);
    expect(server.refreshes).toBe(1);
  });

  test("C12 twenty refused requests at once cause one refresh", async () => {
    const { oauth, server } = await createSignedInGame();
    server.forgetAccessTokens();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => oauth.fetch("https://accounts.test/api/me")),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(server.refreshes).toBe(1);
  });

  test("C38 fields nobody knows yet are ignored, in answers and in the store", async () => {
    const { oauth, server, storage } = createGame();
    server.fault = ({ path }) =>
      path === "/api/login"
        ? ok({
            ...server.signIn(),
            user: { ...server.user, created_at: "2030", clan: { id: 1 } },
            scope: "x",
          })
        : undefined;
    const user = await oauth.loginWithIdToken("id-token");
    expect(user).toEqual(server.user);
    expect(storage.session?.user).toEqual(server.user);
    const [key, value] = [...storage.values][0] ?? ["", ""];
    storage.values.set(key, JSON.stringify({ ...JSON.parse(value), newer: true }));
    const next = createGame({ world: { storage } });
    expect(await next.oauth.loadStoredCredentials()).toBe(true);
  });

  test("an answer of 200 without a session is an error, and leaves the one there is", async () => {
    const { oauth, server } = await createSignedInGame();
    server.fault = () => ok({ user: server.user });
    expect(await rejection(oauth.refreshTokens())).toMatchObject({ code: "invalid_response" });
    expect(oauth.isLoggedIn()).toBe(true);
  });

  test("refreshTokens brings the latest player", async () => {
    const { oauth, server, events } = await createSignedInGame();
    server.user = { ...server.user, stars: 99 };
    expect((await oauth.refreshTokens()).stars).toBe(99);
    await settled();
    expect(oauth.getUser()?.stars).toBe(99);
    expect(events).toEqual(["user:Ada", "status:success"]);
  });
});
