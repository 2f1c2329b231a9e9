import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { AccountError, AccountErrorCode } from "../../sdk/src/index.ts";
import { freshAccount } from "../support/players";
import { rejection } from "../support/rejection";
import { onEachDatabase } from "../support/suite";
import { Desktop, outcome } from "./support/desktop.ts";
import { settled } from "./support/fake-clock.ts";
import { createGame, createSignedInGame } from "./support/game.ts";
import { signInAtBrowser } from "./support/player.ts";
import { earn, gameOnDevice, googleProof, playerElsewhere } from "./support/players.ts";

let desktop: Desktop;
beforeEach(() => {
  desktop = new Desktop();
});
afterEach(() => desktop.close());

onEachDatabase((at) => {
  const game = () => gameOnDevice(desktop, at.server);

  describe("A way in by the provider's page, on a desktop", () => {
    test("is added to the guest who plays: id, name and stars stay, and the last page says so", async () => {
      const { oauth, url } = game();
      const guest = await oauth.loginAsGuest();
      await earn(at.server, guest, 5);
      const statuses: unknown[] = [];
      oauth.on("status", (status) =>
        statuses.push(status.state === "success" ? (status.link?.state ?? "") : status),
      );
      const linked = oauth.link("google");
      const page = await fetch(await signInAtBrowser(await url, freshAccount()));
      expect(await page.text()).toContain("Your account is linked");
      expect(await linked).toMatchObject({ id: guest.id, name: guest.name, stars: 5, guest: false });
      expect(oauth.getUser()?.providers).toEqual(["google", "guest"]);
      expect(oauth.getLoginStatus()).toEqual({ state: "success", user: await linked });
      expect(statuses).toEqual(["in_progress", "in_progress", "in_progress", ""]);
      expect((await oauth.refreshTokens()).id).toBe(guest.id);
    });

    test("that is another player's is identity_in_use with both of them, and nothing has happened", async () => {
      const { oauth, url, events } = game();
      const guest = await oauth.loginAsGuest();
      const other = await playerElsewhere(desktop, at.server, 9);
      events.length = 0;
      const linked = oauth.link("google").catch((error) => error);
      const page = await fetch(await signInAtBrowser(await url, other.account));
      expect(await page.text()).toContain("One question is left");
      const error = await linked;
      expect(error).toMatchObject({ name: "AccountError", code: "identity_in_use", status: 409 });
      const summary = { level: 1, picture: null, createdAt: expect.any(Date), lastLogin: expect.any(Date) };
      expect(error.conflict).toEqual({
        ticket: expect.any(String),
        mine: { ...summary, name: guest.name, stars: 0, guest: true },
        theirs: { ...summary, name: other.user.name, picture: expect.anything(), stars: 9, guest: false },
      });
      expect(oauth.getLoginStatus()).toEqual({
        state: "success",
        user: guest,
        link: { state: "failed", error },
      });
      expect([await oauth.refreshTokens(), await other.oauth.refreshTokens()]).toEqual([
        guest,
        { ...other.user, stars: 9 },
      ]);
      expect(events).toEqual([]);
    });

    test("signs nobody out when the player gives up, refuses, or the answer is lost; then it works", async () => {
      const { oauth, urls, network, storage } = game();
      const guest = await oauth.loginAsGuest();
      const stored = storage.session;
      const failed = async (link: Promise<unknown>, code: AccountErrorCode) => {
        const error = (await link.catch((thrown) => thrown)) as AccountError;
        expect(error.code).toBe(code);
        expect(oauth.getLoginStatus()).toMatchObject({ state: "success", link: { state: "failed", error } });
        expect([oauth.getUser(), storage.session]).toEqual([guest, stored]);
      };
      const page = async (count: number) => {
        while (urls.length < count) await Bun.sleep(5);
        return urls[count - 1]!;
      };
      const giveUp = new AbortController();
      const given = oauth.link("google", { signal: giveUp.signal });
      await page(1);
      giveUp.abort();
      await failed(given, "cancelled");

      const refused = oauth.link("google");
      const { searchParams } = await page(2);
      const [redirect, state] = [searchParams.get("redirect_uri"), searchParams.get("state")];
      await fetch(`${redirect}?error=access_denied&state=${state}`);
      await failed(refused, "access_denied");

      const account = freshAccount();
      network.lose((request) => request === "POST /api/identities");
      const lost = oauth.link("google");
      await fetch(await signInAtBrowser(await page(3), account));
      await failed(lost, "network_error");

      network.lose(() => false);
      const again = oauth.link("google");
      await fetch(await signInAtBrowser(await page(4), account));
      expect(await again).toMatchObject({ id: guest.id, providers: ["google", "guest"] });
    });

    test("is not added to another player who has signed in meanwhile", async () => {
      const { oauth, url } = game();
      await oauth.loginAsGuest();
      const linked = oauth.link("google").catch(({ code }) => code);
      const page = await url;
      await oauth.logout();
      expect(await linked).toBe("cancelled");
      const account = freshAccount();
      const other = await oauth.loginWith("google", await googleProof(at.server, freshAccount()));
      await fetch(await signInAtBrowser(page, account)).catch(() => {});
      expect(await oauth.identities()).toHaveLength(1);
      expect(oauth.getUser()).toEqual(other);
    });
  });

  describe("A way in by a proof at hand", () => {
    test("opens nothing, and what the player has already may be linked again", async () => {
      const { oauth, urls, network } = game();
      const guest = await oauth.loginAsGuest();
      const account = freshAccount();
      network.lose((request) => request === "POST /api/identities");
      const proof = await googleProof(at.server, account);
      expect(await rejection(oauth.link("google", proof))).toMatchObject({ code: "network_error" });
      expect(oauth.getUser()).toEqual(guest);
      network.lose(() => false);
      const user = await oauth.link("google", proof);
      expect(user).toMatchObject({ id: guest.id, providers: ["google", "guest"], email: account });
      expect(await oauth.link("google", proof)).toEqual(user);
      expect(urls).toEqual([]);
    });

    test("guest is the key of this install: after a logout loginAsGuest is the same player", async () => {
      const { oauth } = game();
      const user = await oauth.loginWith("google", await googleProof(at.server, freshAccount()));
      expect(await oauth.link("guest")).toMatchObject({ id: user.id, providers: ["google", "guest"] });
      await oauth.logout();
      expect((await oauth.loginAsGuest()).id).toBe(user.id);
    });
  });

  test("loginWith signs in with what a provider's SDK hands over", async () => {
    const { oauth } = game();
    const account = freshAccount();
    const user = await oauth.loginWith("google", await googleProof(at.server, account));
    expect(user).toMatchObject({ email: account, guest: false, providers: ["google"] });
    expect(await rejection(oauth.loginWith("no-such", { ticket: "14" }))).toMatchObject({ status: 400 });
    expect(oauth.getUser()).toEqual(user);
  });
});

describe("login({ provider })", () => {
  test("shows the page of that provider, and comes back to the one redirect that is registered", async () => {
    const { oauth, url } = desktop.game({ origin: "http://localhost:9" } as never, {
      clientId: "1234.apps.googleusercontent.com",
      warn: () => {},
    });
    const ended = outcome(oauth);
    const giveUp = new AbortController();
    oauth.login({ provider: "discord", signal: giveUp.signal });
    const { pathname, searchParams } = await url;
    expect(pathname).toBe("/auth/discord/start");
    expect(searchParams.get("redirect_uri")).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/auth\/google\/callback$/);
    giveUp.abort();
    await ended;
  });

  test("during a sign-in elsewhere goes on there instead, and the first is cancelled", async () => {
    const shown: string[] = [];
    const { oauth } = createGame({
      platform: {
        signIn: ({ provider, showing }) => {
          shown.push(provider);
          showing("https://accounts.test/", () => shown.push(`${provider} again`));
          return new Promise(() => {});
        },
      },
    });
    const first = oauth.login().catch(({ code }) => code);
    oauth.login({ provider: "discord" });
    await settled();
    oauth.login({ provider: "discord" });
    expect(await first).toBe("cancelled");
    expect(shown).toEqual(["google", "discord", "discord again"]);
    expect(oauth.getLoginStatus()).toMatchObject({ state: "in_progress" });
    oauth.dispose();
  });
});

describe("link()", () => {
  test("opens its page before it returns, and once more when it is asked for again", async () => {
    let pages = 0;
    const { oauth } = await createSignedInGame({
      platform: {
        signIn: ({ showing }) => {
          pages++;
          showing("https://accounts.test/", () => pages++);
          return new Promise(() => {});
        },
      },
    });
    oauth.link("discord");
    expect(pages).toBe(1);
    oauth.link("discord");
    expect(pages).toBe(2);
    oauth.dispose();
  });

  test("with nobody signed in is not_logged_in, and opens nothing", async () => {
    let opened = 0;
    const { oauth } = createGame({ platform: { signIn: async () => void opened++ } });
    expect(await rejection(oauth.link("google"))).toMatchObject({ code: "not_logged_in" });
    expect(opened).toBe(0);
  });

  test("whom nobody listens to is told to warn once, and is no unhandled rejection", async () => {
    const { oauth, off, warnings } = await createSignedInGame({
      platform: { signIn: () => Promise.reject(new Error("none")) },
    });
    off();
    oauth.link("discord");
    await settled();
    expect(warnings).toHaveLength(1);
  });
});
