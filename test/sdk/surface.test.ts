import { describe, expect, test } from "bun:test";
import { inspect } from "node:util";
import { AccountError, accountErrorCodes } from "../../sdk/src/errors.ts";
import type { IdentityConflict } from "../../sdk/src/index.ts";
import { rejection } from "../support/rejection";
import { settled } from "./support/fake-clock.ts";
import { offline, refusal } from "./support/fake-server.ts";
import { createGame, createSignedInGame } from "./support/game.ts";

describe("The old client's whole surface", () => {
  test("every method is there under its camelCase name", () => {
    const { oauth } = createGame();
    const names = [
      "login",
      "processCallbacks",
      "loadStoredCredentials",
      "refreshTokens",
      "updateUsername",
      "updatePicture",
      "getUser",
      "isLoggedIn",
      "getLoginStatus",
      "logout",
      "on",
      "getAccessToken",
      "fetch",
      "dispose",
      "loginWithIdToken",
    ] as const;
    expect(names.filter((name) => typeof oauth[name] !== "function")).toEqual([]);
  });

  test("and what came since", () => {
    const { oauth } = createGame();
    const names = [
      "loginAsGuest",
      "completeLogin",
      "sessions",
      "signOutDevice",
      "signOutEverywhere",
      "loginWith",
      "link",
      "resolveConflict",
      "identities",
      "unlink",
      "changes",
      "undo",
      "transferCode",
      "providers",
      "loginWithTransferCode",
      "getJoinTicket",
    ] as const;
    expect(names.filter((name) => typeof oauth[name] !== "function")).toEqual([]);
  });

  test("disposed of, every call to the server is disposed", async () => {
    const { oauth } = await createSignedInGame();
    oauth.dispose();
    const conflict = { ticket: "t" } as IdentityConflict;
    for (const call of [
      () => oauth.loginWith("steam", { ticket: "14" }),
      () => oauth.link("google"),
      () => oauth.resolveConflict(conflict, "mine"),
      () => oauth.identities(),
      () => oauth.unlink("google"),
      () => oauth.changes(),
      () => oauth.undo("1"),
      () => oauth.transferCode(),
      () => oauth.loginWithTransferCode("XXXX-XXXX-XXXX"),
      () => oauth.updateUsername("Grace"),
      () => oauth.getJoinTicket("kitchen-eu"),
    ]) {
      expect(await rejection(call())).toMatchObject({ name: "AccountError", code: "disposed" });
    }
  });

  test("login returns at once and calls onSuccess with the player", async () => {
    const { oauth, server } = createGame();
    const players: unknown[] = [];
    expect(oauth.login({ onSuccess: (user) => players.push(user) })).toBeInstanceOf(Promise);
    expect(oauth.getLoginStatus()).toEqual({ state: "in_progress" });
    await settled();
    expect(players).toEqual([server.user]);
  });

  test("login with a player signed in already calls onSuccess and opens nothing", async () => {
    let opened = 0;
    const { oauth } = await createSignedInGame({
      platform: { signIn: async () => void opened++ },
    });
    let calls = 0;
    oauth.login({ onSuccess: () => calls++ });
    await settled();
    expect([calls, opened]).toEqual([1, 0]);
  });

  test("login with a stored session brings it back and opens nothing", async () => {
    const { storage, server, clock } = await createSignedInGame();
    let opened = 0;
    const next = createGame({
      world: { storage, server, clock },
      platform: { signIn: async () => void opened++ },
    });
    next.oauth.login();
    await settled();
    expect(next.oauth.getUser()).toEqual(server.user);
    expect(opened).toBe(0);
  });

  test("login right after logout signs in anew, although the store is still being cleared", async () => {
    let opened = 0;
    const { oauth } = await createSignedInGame({
      platform: { signIn: async () => void opened++ },
    });
    void oauth.logout();
    oauth.login();
    await settled();
    expect(opened).toBe(1);
  });

  test("login during a sign-in shows its page again", async () => {
    let again = 0;
    const { oauth } = createGame({
      platform: {
        signIn: ({ showing }) => {
          showing("https://accounts.test/sign-in", () => again++);
          return new Promise(() => {});
        },
      },
    });
    oauth.login();
    await settled();
    oauth.login();
    expect(again).toBe(1);
    expect(oauth.getLoginStatus()).toEqual({ state: "in_progress", url: "https://accounts.test/sign-in" });
    oauth.dispose();
  });

  test("getLoginStatus tells the four states apart", async () => {
    const { oauth, server } = createGame();
    expect(oauth.getLoginStatus()).toEqual({ state: "not_started" });
    server.fault = offline;
    oauth.login();
    expect(oauth.getLoginStatus()).toEqual({ state: "in_progress" });
    await settled();
    expect(oauth.getLoginStatus()).toMatchObject({ state: "failed", error: { code: "network_error" } });
    server.fault = () => undefined;
    oauth.login();
    await settled();
    expect(oauth.getLoginStatus()).toEqual({ state: "success", user: server.user });
    await oauth.logout();
    expect(oauth.getLoginStatus()).toEqual({ state: "not_started" });
  });

  test("a rename and a new picture reach getUser, the store and the user event", async () => {
    const { oauth, storage, events } = await createSignedInGame();
    await oauth.updateUsername("Grace");
    await oauth.updatePicture("chef_2");
    await settled();
    expect(oauth.getUser()).toMatchObject({ name: "Grace", picture: "chef_2" });
    expect(storage.session?.user).toMatchObject({ name: "Grace", picture: "chef_2" });
    expect(events).toEqual(["user:Grace", "status:success", "user:Grace", "status:success"]);
  });

  test("logout during a sign-in gives it up, and what still comes of it", async () => {
    const gate = Promise.withResolvers<undefined>();
    const { oauth, server, storage, events } = createGame();
    server.fault = ({ path }) => (path === "/api/login" ? (gate.promise as never) : undefined);
    oauth.login();
    await settled();
    await oauth.logout();
    gate.resolve(undefined);
    await settled();
    expect(oauth.isLoggedIn()).toBe(false);
    expect(storage.session).toBeNull();
    expect(events).toEqual(["status:in_progress", "status:not_started"]);
    expect(server.count("/api/logout")).toBe(1);
  });

  test("C22 logout clears everything also when offline, and does not fail", async () => {
    const { oauth, server, storage, events } = await createSignedInGame();
    server.fault = offline;
    await oauth.logout();
    await settled();
    expect(storage.session).toBeNull();
    expect(oauth.getUser()).toBeNull();
    expect(events).toEqual(["logout", "status:not_started"]);
  });

  test("logout ends the session at the server", async () => {
    const { oauth, server } = await createSignedInGame();
    await oauth.logout();
    expect(server.requests.at(-1)).toMatchObject({
      path: "/api/logout",
      body: { refresh_token: "refresh-1.1" },
    });
  });

  test("logout also signs out a session that another process has just stored", async () => {
    const world = await createSignedInGame();
    const other = createGame({ world });
    await other.oauth.loginWithIdToken("another");
    await world.oauth.logout();
    expect(world.storage.session).toBeNull();
    expect(world.server.count("/api/logout")).toBe(2);
  });

  test("asking for a token with nobody signed in is an AccountError", async () => {
    const { oauth } = createGame();
    for (const call of [
      () => oauth.getAccessToken(),
      () => oauth.refreshTokens(),
      () => oauth.updateUsername("Grace"),
      () => oauth.link("google"),
      () => oauth.identities(),
      () => oauth.unlink("google"),
      () => oauth.changes(),
      () => oauth.undo("1"),
      () => oauth.transferCode(),
      () => oauth.getJoinTicket("kitchen-eu"),
      () => oauth.fetch("https://accounts.test/api/me"),
    ]) {
      expect(await rejection(call())).toMatchObject({ name: "AccountError", code: "not_logged_in" });
    }
  });

  test("a refusal of the server keeps its code, reason, status and request id", async () => {
    const { oauth, server } = await createSignedInGame();
    server.fault = () =>
      Response.json(
        {
          status: "error",
          code: "username_invalid",
          reason: "too_short",
          message: "Too short.",
          request_id: "r1",
        },
        { status: 422 },
      );
    const error = await oauth.updateUsername("x").catch((thrown) => thrown);
    expect(error).toBeInstanceOf(AccountError);
    expect(error).toMatchObject({
      code: "username_invalid",
      reason: "too_short",
      status: 422,
      requestId: "r1",
      message: "Too short.",
    });
    const next_change_at = "2026-12-14T08:30:00.000Z";
    server.fault = () =>
      Response.json({ status: "error", code: "username_cooldown", next_change_at }, { status: 409 });
    expect(await rejection(oauth.updateUsername("Grace"))).toMatchObject({
      code: "username_cooldown",
      nextChangeAt: new Date(next_change_at),
    });
    server.fault = () => refusal(429, "rate_limited", { "retry-after": "7" });
    expect(await rejection(oauth.updateUsername("x"))).toMatchObject({
      code: "rate_limited",
      retryAfterSeconds: 7,
    });
    server.fault = () => refusal(418, "teapot_of_tomorrow");
    expect(await rejection(oauth.updateUsername("x"))).toMatchObject({ code: "request_failed", status: 418 });
  });

  test("the codes are unique and all snake_case", () => {
    expect(new Set(accountErrorCodes).size).toBe(accountErrorCodes.length);
    for (const code of accountErrorCodes) expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
  });

  test("a backend that is no URL is told of where it is written", () => {
    expect(() => createGame({ backendUrl: "localhost" })).toThrow();
  });

  test("a trailing slash of the backend does not matter", async () => {
    const { oauth, server } = createGame({ backendUrl: "https://accounts.test/base//" });
    await oauth.loginWithIdToken("id-token").catch(() => {});
    expect(server.requests[0]?.url).toBe("https://accounts.test/base/api/login");
  });

  test("C16 after dispose there is no timer, callback, request or write", async () => {
    const { oauth, clock, server, storage, events } = await createSignedInGame();
    const gate = Promise.withResolvers<undefined>();
    server.fault = () => gate.promise as never;
    const refresh = oauth.refreshTokens().catch((error) => error);
    await settled();
    const writes = storage.writes;
    oauth.dispose();
    gate.resolve(undefined);
    expect(await refresh).toMatchObject({ name: "AccountError" });
    const requests = server.requests.length;
    await clock.advance(3 * 3_600_000);
    expect(clock.pendingTimers).toBe(0);
    expect(storage.writes).toBe(writes);
    expect(storage.session).not.toBeNull();
    expect(server.requests).toHaveLength(requests);
    expect(events).toEqual([]);
    expect(await rejection(oauth.logout())).toMatchObject({ code: "disposed" });
    expect(await rejection(oauth.getAccessToken())).toMatchObject({ code: "disposed" });
  });

  test("a sign-out right before dispose is carried out", async () => {
    const { oauth, storage, server } = await createSignedInGame();
    const signedOut = oauth.logout();
    oauth.dispose();
    await signedOut;
    expect(storage.session).toBeNull();
    expect(server.count("/api/logout")).toBe(1);
  });

  test("C16 dispose during a sign-in gives it up without a word", async () => {
    const { oauth, clock, events, storage } = createGame({
      platform: { signIn: () => new Promise(() => {}) },
    });
    oauth.login();
    await settled();
    events.length = 0;
    oauth.dispose();
    await clock.advance(3_600_000);
    expect(clock.pendingTimers).toBe(0);
    expect(events).toEqual([]);
    expect(storage.writes).toBe(0);
  });

  test("C37 no token shows when a manager, an event or an error is printed", async () => {
    const printed: string[] = [];
    const { oauth, server, warnings } = await createSignedInGame();
    const print = (value: unknown) => {
      printed.push(inspect(value, { depth: 9, showHidden: true }), Bun.inspect(value, { depth: 9 }));
      printed.push(String(value), JSON.stringify(value) ?? "");
      if (value instanceof Error) printed.push(value.stack ?? "", inspect(value.cause));
    };
    oauth.on("status", print);
    oauth.on("user", print);
    print(oauth);
    print(oauth.getLoginStatus());
    for (const fault of [
      offline,
      () => refusal(401, "invalid_grant"),
      () => new Response("x", { status: 500 }),
    ]) {
      server.fault = fault;
      await oauth.refreshTokens().catch(print);
      await oauth.updateUsername("x").catch(print);
    }
    await oauth.logout();
    await settled();
    print(warnings);
    expect(printed.length).toBeGreaterThan(10);
    expect(printed.join("\n")).not.toMatch(/access-\d|refresh-\d|id-token/);
  });
});
