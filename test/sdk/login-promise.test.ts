import { describe, expect, test } from "bun:test";
import type { AccountError } from "../../sdk/src/errors.ts";
import { rejection } from "../support/rejection";
import { settled } from "./support/fake-clock.ts";
import { offline } from "./support/fake-server.ts";
import { createGame, createSignedInGame, type GameOptions } from "./support/game.ts";

const never: GameOptions = { platform: { signIn: () => new Promise(() => {}) } };

/** A game without any listener of the test's own. */
function createUnheardGame(options: GameOptions = {}) {
  const game = createGame(options);
  game.off();
  return game;
}

describe("login()", () => {
  test("answers with the player: a new one, a stored one and one who is signed in", async () => {
    const world = createGame();
    expect(await world.oauth.login()).toMatchObject({ name: "Ada" });
    expect(await world.oauth.login()).toMatchObject({ name: "Ada" });
    expect(await createGame({ world }).oauth.login()).toMatchObject({ name: "Ada" });
    expect(world.server.count("/api/login")).toBe(1);
  });

  test("rejects with the AccountError, also for the second of two calls", async () => {
    const { oauth, server } = createGame();
    server.fault = offline;
    const [one, two] = await Promise.allSettled([oauth.login(), oauth.login()]);
    for (const result of [one, two]) expect(result).toMatchObject({ reason: { code: "network_error" } });
  });

  const waysToListen: Record<string, (login: Promise<unknown>) => Promise<unknown>> = {
    await: async (login) => {
      try {
        await login;
      } catch {}
    },
    catch: (login) => login.catch(() => {}),
    "then()": (login) => login.then(undefined, () => {}),
    "Promise.all": (login) => Promise.all([login]).catch(() => {}),
    "an async function": (login) => (async () => login)().catch(() => {}),
  };
  for (const [name, listen] of Object.entries(waysToListen)) {
    test(`a caller that listens by ${name} is not warned`, async () => {
      const { oauth, server, warnings } = createUnheardGame();
      server.fault = offline;
      await listen(oauth.login());
      await settled();
      expect(warnings).toEqual([]);
    });
  }

  test("a caller that ignores it sees one warning and no unhandled rejection", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", note);
    try {
      const { oauth, server, warnings } = createUnheardGame();
      server.fault = offline;
      oauth.login();
      await settled();
      expect(warnings).toEqual([["The sign-in failed.", expect.objectContaining({ code: "network_error" })]]);
      expect(unhandled).toEqual([]);
    } finally {
      process.off("unhandledRejection", note);
    }
  });

  test("onError hears of the failure in its turn of processCallbacks, and then there is no warning", async () => {
    const { oauth, server, warnings } = createUnheardGame({ callbacks: "queued" });
    const errors: AccountError[] = [];
    server.fault = offline;
    oauth.login({ onError: (error) => errors.push(error) });
    await settled();
    expect(errors).toEqual([]);
    oauth.processCallbacks();
    expect(errors).toMatchObject([{ code: "network_error" }]);
    expect(warnings).toEqual([]);
  });

  test("dispose ends a sign-in as disposed, without a warning to who ignored it", async () => {
    const { oauth, warnings } = createUnheardGame(never);
    const login = oauth.login();
    oauth.dispose();
    await settled();
    expect(warnings).toEqual([]);
    expect(await rejection(login)).toMatchObject({ code: "disposed" });
    expect(await rejection(oauth.login())).toMatchObject({ code: "disposed" });
  });

  test("a sign-in that another tab brings to its end is no failure here", async () => {
    let changed = () => {};
    const watch = (_key: string, told: () => void) => {
      changed = told;
      return () => {};
    };
    const other = createGame();
    const tab = Object.assign(Object.create(other.storage), { watch });
    const { oauth } = createGame({ ...never, storage: tab });
    const login = oauth.login();
    await other.oauth.loginWithIdToken("id-token");
    changed();
    expect(await login).toMatchObject({ name: "Ada" });
  });

  test("loginTimeoutSeconds: Infinity waits, and so does more than a timer can count", async () => {
    for (const loginTimeoutSeconds of [Number.POSITIVE_INFINITY, 2 ** 31 / 1000, 10 ** 9]) {
      const { oauth, clock } = createGame({ ...never, loginTimeoutSeconds });
      void oauth.login().catch(() => {});
      await clock.advance(10 ** 9);
      expect(oauth.getLoginStatus()).toEqual({ state: "in_progress" });
      expect(clock.pendingTimers).toBe(0);
      oauth.dispose();
    }
  });

  test("a signal that is aborted already opens nothing", async () => {
    let opened = 0;
    const { oauth } = createGame({ platform: { signIn: async () => void opened++ } });
    expect(await rejection(oauth.login({ signal: AbortSignal.abort() }))).toMatchObject({
      code: "cancelled",
    });
    expect(opened).toBe(0);
  });
});

describe("The present state", () => {
  test("is the same object until something changes", async () => {
    const { oauth, server } = await createSignedInGame();
    const [status, user] = [oauth.getLoginStatus(), oauth.getUser()];
    await oauth.refreshTokens();
    expect(oauth.getLoginStatus()).toBe(status);
    expect(oauth.getUser()).toBe(user);
    server.user = { ...server.user, stars: 99 };
    await oauth.refreshTokens();
    expect(oauth.getLoginStatus()).not.toBe(status);
    expect(oauth.getUser()?.stars).toBe(99);
  });

  test("a failed sign-in, and one in progress, are the same object every time too", async () => {
    const { oauth, server } = createGame();
    server.fault = offline;
    const login = oauth.login();
    expect(oauth.getLoginStatus()).toBe(oauth.getLoginStatus());
    await login.catch(() => {});
    expect(oauth.getLoginStatus()).toMatchObject({ state: "failed" });
    expect(oauth.getLoginStatus()).toBe(oauth.getLoginStatus());
  });

  test("can be asked for with the subscription, and comes to this listener alone, in its turn", async () => {
    const { oauth, events } = await createSignedInGame({ callbacks: "queued" });
    oauth.processCallbacks();
    events.length = 0;
    const seen: unknown[] = [];
    oauth.on("status", ({ state }) => seen.push(state), { immediate: true });
    oauth.on("user", ({ name }) => seen.push(name), { immediate: true });
    expect(seen).toEqual([]);
    oauth.processCallbacks();
    expect(seen).toEqual(["success", "Ada"]);
    expect(events).toEqual([]);
    await oauth.logout();
    oauth.on("user", () => seen.push("nobody"), { immediate: true });
    oauth.processCallbacks();
    expect(seen).toEqual(["success", "Ada", "not_started"]);
  });
});
