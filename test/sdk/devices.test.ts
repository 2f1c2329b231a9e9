import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { hostname } from "node:os";
import type { OAuthManager } from "../../sdk/src/index.ts";
import { freshAccount, googleTokens } from "../support/players";
import { rejection } from "../support/rejection";
import { onEmbedded } from "../support/suite";
import { Desktop } from "./support/desktop.ts";
import { MemoryStorage } from "./support/game.ts";

let desktop: Desktop;

beforeEach(() => {
  desktop = new Desktop();
});

afterEach(() => desktop.close());

onEmbedded((at) => {
  /** Signs `account` in on a device of its own. */
  async function signIn(account: string, device?: string): Promise<OAuthManager> {
    const { oauth } = desktop.game(at.server, { storage: new MemoryStorage(), device });
    const { id_token } = await googleTokens(at.server, { account });
    await oauth.loginWithIdToken(id_token);
    return oauth;
  }

  describe("The player's devices", () => {
    test("a device is called by its system and name, or as the game says", async () => {
      const account = freshAccount();
      const oauth = await signIn(account);
      await signIn(account, "Living room");
      const names = (await oauth.sessions()).map(({ device }) => device);
      expect(names).toContain("Living room");
      const [byDefault = ""] = names.filter((name) => name !== "Living room");
      expect(byDefault).toMatch(new RegExp(`^(Linux|Mac|Windows) ${hostname().split(".")[0]}$`));
    });

    test("sessions() tells them apart, with times", async () => {
      const account = freshAccount();
      const [one] = [await signIn(account, "One"), await signIn(account, "Two")];
      const devices = await one.sessions();
      expect(devices.filter(({ current }) => current).map(({ device }) => device)).toEqual(["One"]);
      for (const { id, createdAt, lastUsedAt } of devices) {
        expect(id).toMatch(/^[0-9a-f-]{36}$/);
        expect(Math.abs(createdAt.getTime() - Date.now())).toBeLessThan(60_000);
        expect(lastUsedAt.getTime()).toBeGreaterThanOrEqual(createdAt.getTime());
      }
    });

    test("signOutDevice ends the other device and leaves this one", async () => {
      const account = freshAccount();
      const [one, two] = [await signIn(account, "One"), await signIn(account, "Two")];
      const other = (await one.sessions()).find(({ current }) => !current);
      await one.signOutDevice(other?.id ?? "");
      expect(await rejection(two.refreshTokens())).toMatchObject({ code: "invalid_grant" });
      expect(await one.refreshTokens()).toMatchObject({ email: account });
      expect(await one.sessions()).toHaveLength(1);
    });

    test("signOutDevice of this device signs out here, and of an unknown one is not_found", async () => {
      const oauth = await signIn(freshAccount());
      for (const id of ["00000000-0000-0000-0000-000000000000", "../sessions", ""]) {
        expect(await rejection(oauth.signOutDevice(id))).toMatchObject({ code: "not_found" });
      }
      expect(oauth.isLoggedIn()).toBe(true);
      await oauth.signOutDevice((await oauth.sessions())[0]?.id ?? "");
      expect(oauth.isLoggedIn()).toBe(false);
    });

    test("signOutEverywhere ends every device; one that cannot be told changes nothing", async () => {
      const account = freshAccount();
      const [one, two] = [await signIn(account), await signIn(account)];
      const offline = desktop.game(at.server, {
        storage: new MemoryStorage(),
        fetch: (input, init) =>
          init?.method === "POST" ? fetch(input, init) : Promise.reject(new TypeError("offline")),
      }).oauth;
      const { id_token } = await googleTokens(at.server, { account });
      await offline.loginWithIdToken(id_token);
      expect(await rejection(offline.signOutEverywhere())).toMatchObject({ code: "network_error" });
      expect(offline.isLoggedIn()).toBe(true);
      await one.signOutEverywhere();
      expect(one.isLoggedIn()).toBe(false);
      expect(await rejection(two.refreshTokens())).toMatchObject({ code: "invalid_grant" });
    });

    test("a sign-in over a signed-in player ends the old session at the server", async () => {
      const account = freshAccount();
      const oauth = await signIn(account);
      const { id_token } = await googleTokens(at.server, { account });
      await oauth.loginWithIdToken(id_token);
      while ((await oauth.sessions()).length > 1) await Bun.sleep(5);
      expect(await oauth.refreshTokens()).toMatchObject({ email: account });
    });

    test("expiresAt is the end of the access token by this device's clock, or null", async () => {
      const oauth = await signIn(freshAccount());
      const inSeconds = ((oauth.expiresAt?.getTime() ?? 0) - Date.now()) / 1000;
      expect(inSeconds).toBeGreaterThan(3_500);
      expect(inSeconds).toBeLessThanOrEqual(3_600);
      await oauth.logout();
      expect(oauth.expiresAt).toBeNull();
    });
  });
});
