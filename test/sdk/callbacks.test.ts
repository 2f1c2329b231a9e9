import { describe, expect, test } from "bun:test";
import { Callbacks } from "../../sdk/src/callbacks.ts";
import type { OAuthManager } from "../../sdk/src/oauth-manager.ts";
import { settled } from "./support/fake-clock.ts";
import { ADA } from "./support/fake-server.ts";
import { createGame } from "./support/game.ts";

describe("Callbacks", () => {
  test("C15 wait for processCallbacks and then run first in, first out", async () => {
    const { oauth, events } = createGame({ callbacks: "queued" });
    await oauth.loginWithIdToken("id-token");
    await oauth.logout();
    expect(events).toEqual([]);
    oauth.processCallbacks();
    expect(events).toEqual([
      "status:in_progress",
      "login:Ada",
      "user:Ada",
      "status:success",
      "logout",
      "status:not_started",
    ]);
  });

  test("C15 only those queued before the call run in it", () => {
    const callbacks = new Callbacks(false, () => {});
    const calls: string[] = [];
    callbacks.on("logout", () => {
      calls.push("call");
      callbacks.emit("logout");
    });
    callbacks.emit("logout");
    callbacks.process();
    expect(calls).toEqual(["call"]);
    callbacks.process();
    expect(calls).toEqual(["call", "call"]);
  });

  test("C15 a call inside a callback runs the rest, and the outer one nothing that came later", () => {
    const callbacks = new Callbacks(false, () => {});
    const calls: string[] = [];
    callbacks.on("user", ({ name }) => {
      calls.push(name);
      if (name !== "first") return;
      callbacks.emit("user", { ...ADA, name: "nested" });
      callbacks.process();
      callbacks.emit("user", { ...ADA, name: "later" });
    });
    callbacks.emit("user", { ...ADA, name: "first" });
    callbacks.emit("user", { ...ADA, name: "second" });
    callbacks.process();
    expect(calls).toEqual(["first", "second", "nested"]);
    callbacks.process();
    expect(calls.at(-1)).toBe("later");
  });

  test("C14 one that throws stops nothing and is told of once", async () => {
    const { oauth, events, warnings } = createGame({ callbacks: "queued" });
    const off = oauth.on("login", () => {
      throw new Error("the game's own bug");
    });
    oauth.on("login", () => events.push("after the bug"));
    await oauth.loginWithIdToken("id-token");
    oauth.processCallbacks();
    expect(events).toContain("after the bug");
    expect(events.at(-1)).toBe("status:success");
    expect(warnings).toEqual([["A callback threw.", new Error("the game's own bug")]]);
    off();
  });

  test("immediate callbacks run by themselves, after the call that caused them", async () => {
    const { oauth, events } = createGame({ callbacks: "immediate" });
    oauth.login();
    expect(events).toEqual([]);
    await settled();
    expect(events).toEqual(["status:in_progress", "login:Ada", "user:Ada", "status:success"]);
  });

  test("on returns its own unsubscribe, also for calls that are queued already", async () => {
    const { oauth } = createGame({ callbacks: "queued" });
    const calls: string[] = [];
    const off = oauth.on("login", () => calls.push("off"));
    oauth.on("login", () => calls.push("on"));
    await oauth.loginWithIdToken("id-token");
    off();
    off();
    oauth.processCallbacks();
    expect(calls).toEqual(["on"]);
  });

  test("the handlers of a later login replace those of an earlier one", async () => {
    const { oauth } = createGame();
    const calls: string[] = [];
    oauth.login({ onSuccess: () => calls.push("first"), onLogout: () => calls.push("first out") });
    oauth.login({ onSuccess: () => calls.push("second"), onLogout: () => calls.push("second out") });
    await settled();
    await oauth.logout();
    await settled();
    expect(calls).toEqual(["second", "second out"]);
  });

  const methods: Record<string, (oauth: OAuthManager) => unknown> = {
    login: (oauth) => oauth.login(),
    loginWithIdToken: (oauth) => oauth.loginWithIdToken("another"),
    loadStoredCredentials: (oauth) => oauth.loadStoredCredentials(),
    processCallbacks: (oauth) => oauth.processCallbacks(),
    refreshTokens: (oauth) => oauth.refreshTokens(),
    updateUsername: (oauth) => oauth.updateUsername("Grace"),
    updatePicture: (oauth) => oauth.updatePicture("chef_2"),
    getAccessToken: (oauth) => oauth.getAccessToken(),
    fetch: (oauth) => oauth.fetch("https://accounts.test/api/me"),
    logout: (oauth) => oauth.logout(),
    getUser: (oauth) => oauth.getUser(),
    getLoginStatus: (oauth) => oauth.getLoginStatus(),
    on: (oauth) => oauth.on("user", () => {}),
    dispose: (oauth) => oauth.dispose(),
  };
  for (const callbacks of ["queued", "immediate"] as const) {
    for (const event of ["login", "logout", "user", "status"] as const) {
      test(`C13 any method can be awaited inside the ${event} callback (${callbacks})`, async () => {
        for (const [name, call] of Object.entries(methods)) {
          const { oauth } = createGame({ callbacks });
          const done = new Promise((resolve) => {
            const off = oauth.on(event, async () => {
              off();
              await Promise.resolve(call(oauth)).catch(() => {});
              resolve(name);
            });
          });
          await oauth.loginWithIdToken("id-token").catch(() => {});
          if (callbacks === "queued") oauth.processCallbacks();
          await settled();
          if (event === "logout") await oauth.logout();
          if (callbacks === "queued") oauth.processCallbacks();
          expect(await done).toBe(name);
          oauth.dispose();
        }
      });
    }
  }
});
