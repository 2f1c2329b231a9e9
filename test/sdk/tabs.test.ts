import { expect, setDefaultTimeout, test } from "bun:test";
import type { Page } from "playwright-core";
import { inBrowser } from "./support/in-browser.ts";
import { signedIn, signInWithPopup } from "./support/web-game.ts";

setDefaultTimeout(30_000);

declare global {
  var refreshes: { start: number; end: number }[];
}

inBrowser("Storage in a browser", (at) => {
  test("C8 sign-in, profile, refresh and sign-out reach the other tab within a second", async () => {
    const [one, two] = [await at.game.open(at.context), await at.game.open(at.context)];
    const lag = async (event: string, from: Page, to: Page) => {
      const [start, end] = await Promise.all([from, to].map((tab) => momentOf(tab, event)));
      return end! - start!;
    };
    await signInWithPopup(one, /Ada/);
    expect(await lag("login", one, two)).toBeLessThan(1_000);

    await two.evaluate(() => oauth.updateUsername("Two Tabs"));
    expect(await lag("user:Two Tabs", two, one)).toBeLessThan(1_000);

    // A token of another second is another token.
    at.server.clock.advance(2);
    const old = await one.evaluate(() => oauth.getAccessToken());
    const arrived = one.evaluate(async (old) => {
      while ((await oauth.getAccessToken()) === old) await new Promise((resolve) => setTimeout(resolve, 10));
      return Date.now();
    }, old);
    const refreshed = await two.evaluate(async () => {
      await oauth.refreshTokens();
      return Date.now();
    });
    expect((await arrived) - refreshed).toBeLessThan(1_000);
    const tokens = await Promise.all([one, two].map((tab) => tab.evaluate(() => oauth.getAccessToken())));
    expect(tokens[0]).toBe(tokens[1]!);

    await one.evaluate(() => oauth.logout());
    expect(await lag("logout", one, two)).toBeLessThan(1_000);
    expect(await two.evaluate(() => events.filter((event) => event === "logout"))).toHaveLength(1);
  });

  for (const locks of ["with Web Locks", "without Web Locks"]) {
    test(`C8 four tabs that refresh at once, again and again, never sign each other out (${locks})`, async () => {
      if (locks === "without Web Locks") {
        await at.context.addInitScript(() => Object.defineProperty(navigator, "locks", { value: undefined }));
      }
      const first = await at.game.open(at.context);
      await signInWithPopup(first, /Bruno/);
      const tabs = [first, ...(await Promise.all([1, 2, 3].map(() => at.game.open(at.context))))];
      await Promise.all(tabs.map(signedIn));
      for (let round = 0; round < 5; round++) {
        await Promise.all(tabs.map((tab) => tab.evaluate(() => oauth.refreshTokens())));
      }
      for (const tab of tabs) {
        expect(await tab.evaluate(() => oauth.isLoggedIn())).toBe(true);
        expect(await tab.evaluate(() => events)).not.toContain("logout");
      }
      const tokens = await Promise.all(tabs.map((tab) => tab.evaluate(() => oauth.getAccessToken())));
      expect(new Set(tokens).size).toBe(1);
    });
  }

  test("C8 with Web Locks the tabs refresh an expired token one after the other, and end with the same", async () => {
    const first = await at.game.open(at.context);
    await signInWithPopup(first, /Bruno/);
    await age(first);
    // A token of another second is another token.
    at.server.clock.advance(2);
    await at.context.addInitScript(recordRefreshes);
    const tabs = await Promise.all([1, 2, 3].map(() => at.game.open(at.context)));
    const refreshed = tabs.map(async (tab) => {
      await signedIn(tab);
      await tab.evaluate(() => oauth.getAccessToken());
    });
    await Promise.all(refreshed);
    // Chromium shows a tab what another has stored a moment later.
    const tokens = () => Promise.all(tabs.map((tab) => tab.evaluate(() => oauth.getAccessToken())));
    while (new Set(await tokens()).size > 1) await Bun.sleep(50);
    const spans = (await Promise.all(tabs.map((tab) => tab.evaluate(() => refreshes)))).flat();
    expect(spans).not.toBeEmpty();
    spans.sort((a, b) => a.start - b.start);
    for (const [index, { end }] of spans.slice(0, -1).entries()) {
      expect(spans[index + 1]!.start).toBeGreaterThanOrEqual(end);
    }
  });

  test("C18 with a stored session and no network the game starts, and catches up when it is back", async () => {
    const page = await at.game.open(at.context);
    await signInWithPopup(page, /Chlo/);
    await age(page);
    await at.context.route(`${at.server.origin}/**`, (route) => route.abort());
    await page.reload();
    expect(await signedIn(page)).toBe("chloe@players.example");
    expect(await page.evaluate(() => oauth.getAccessToken().catch(({ code }) => code))).toBe("network_error");
    expect(await page.evaluate(() => localStorage.length)).toBe(1);
    await at.context.unroute(`${at.server.origin}/**`);
    await page.evaluate(() => dispatchEvent(new Event("online")));
    const me = await page.evaluate(
      async (backend) => (await oauth.fetch(`${backend}/api/me`)).status,
      at.server.origin,
    );
    expect(me).toBe(200);
  });

  test("C10 a tab that is looked at again after hours refreshes at once", async () => {
    const page = await at.context.newPage();
    await page.clock.install();
    await page.goto(at.game.origin);
    await signInWithPopup(page, /Chlo/);
    const answer = page.waitForResponse((response) => response.url().endsWith("/api/refresh"));
    await page.clock.setSystemTime(Date.now() + 8 * 3_600_000);
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    expect((await answer).status()).toBe(200);
  });

  test("C20 a localStorage that throws is replaced by memory, with one warning", async () => {
    await at.context.addInitScript(() => {
      const refuse = () => {
        throw new DOMException("denied", "SecurityError");
      };
      Object.defineProperty(window, "localStorage", { get: refuse });
    });
    const page = await at.game.open(at.context);
    await page.reload();
    expect(await signInWithPopup(page, /Ada/)).toBe("ada@players.example");
    await page.evaluate(() => oauth.refreshTokens());
    await page.evaluate(() => oauth.logout());
    expect(await page.evaluate(() => warnings)).toEqual(["The session cannot be stored."]);
  });

  test("C19 whatever stands in localStorage, the game starts signed out", async () => {
    const page = await at.game.open(at.context);
    await signInWithPopup(page, /Ada/);
    await page.evaluate(() => {
      const [key = ""] = Object.keys(localStorage);
      localStorage.setItem(key, localStorage.getItem(key)?.slice(0, 99) ?? "");
    });
    await page.reload();
    expect(await page.evaluate(() => oauth.loadStoredCredentials())).toBe(false);
    expect(await page.evaluate(() => events)).toEqual([]);
  });

  test("C16 a disposed tab hears and does nothing any more", async () => {
    const [one, two] = [await at.game.open(at.context), await at.game.open(at.context)];
    await two.evaluate(() => oauth.dispose());
    await signInWithPopup(one, /Ada/);
    await one.evaluate(() => oauth.refreshTokens());
    expect(await two.evaluate(() => [events, oauth.isLoggedIn()])).toEqual([[], false]);
    await two.evaluate(() => dispatchEvent(new Event("online")));
    expect(await one.evaluate(() => oauth.isLoggedIn())).toBe(true);
  });
});

/** When the tab first saw an event whose text begins so, on the clock that all tabs share. */
async function momentOf(tab: Page, event: string): Promise<number> {
  await tab.waitForFunction((start) => events.some((text) => text.startsWith(start)), event);
  return tab.evaluate((start) => moments[events.findIndex((text) => text.startsWith(start))] ?? 0, event);
}

/** Notes in the page, as `refreshes`, when each refresh was asked for and answered. */
function recordRefreshes(): void {
  const spans: typeof refreshes = [];
  const { fetch } = window;
  const recording = async (...[resource, init]: Parameters<typeof fetch>) => {
    const start = Date.now();
    const response = await fetch(resource, init);
    if (String(resource).endsWith("/api/refresh")) spans.push({ start, end: Date.now() });
    return response;
  };
  Object.assign(window, { fetch: recording, refreshes: spans });
}

/** Makes the stored session hours old. */
async function age(page: Page): Promise<void> {
  await page.evaluate(() => {
    oauth.dispose();
    const [key = ""] = Object.keys(localStorage);
    const session = JSON.parse(localStorage.getItem(key) ?? "");
    localStorage.setItem(key, JSON.stringify({ ...session, receivedAt: session.receivedAt - 8 * 3_600_000 }));
  });
}
