import { expect, setDefaultTimeout, test } from "bun:test";
import type { Page } from "playwright-core";
import { inBrowser } from "./support/in-browser.ts";
import { signedIn, signInWithPopup } from "./support/web-game.ts";

setDefaultTimeout(30_000);

inBrowser("A session in a browser", (at) => {
  const signInAsGuest = (page: Page) => page.evaluate(async () => (await oauth.loginAsGuest()).id);

  test("is bound to a key that no script can read out, and goes on after a reload", async () => {
    const page = await at.game.open(at.context);
    expect(await signInWithPopup(page, /Ada/)).toBe("ada@players.example");
    expect(await boundInStorage(page)).toBe(true);
    const [key] = await keysOf(page);
    expect(key).toEqual({ extractable: false, algorithm: "ECDSA", curve: "P-256" });
    await page.reload();
    await signedIn(page);
    await page.evaluate(() => oauth.refreshTokens());
    expect(await page.evaluate(async () => (await oauth.updateUsername("Web Cook")).name)).toBe("Web Cook");
    const stolen = await page.evaluate(async (backend) => {
      const [key = ""] = Object.keys(localStorage);
      const body = JSON.stringify({
        refresh_token: JSON.parse(localStorage.getItem(key) ?? "").refreshToken,
      });
      const headers = { "content-type": "application/json" };
      return (await fetch(`${backend}/api/refresh`, { method: "POST", headers, body })).status;
    }, at.server.origin);
    expect(stolen).toBe(401);
    await page.evaluate(() => oauth.refreshTokens());
    expect(await page.evaluate(() => [events.includes("logout"), violations])).toEqual([false, []]);
  });

  test("C8 tabs that make the key at the same moment end with one, and go on with one session", async () => {
    const tabs = await Promise.all([1, 2, 3].map(() => at.game.open(at.context)));
    const players = await Promise.all(tabs.map(signInAsGuest));
    expect(new Set(players).size).toBe(1);
    expect(await keysOf(tabs[0]!)).toHaveLength(1);
    for (let round = 0; round < 3; round++)
      await Promise.all(tabs.map((tab) => tab.evaluate(() => oauth.refreshTokens())));
    for (const tab of tabs) {
      expect(await boundInStorage(tab)).toBe(true);
      expect(await tab.evaluate(() => events)).not.toContain("logout");
    }
  });

  test("ends cleanly when its key is gone, and the next sign-in is bound again", async () => {
    const page = await at.game.open(at.context);
    const id = await signInAsGuest(page);
    await page.evaluate(
      () =>
        new Promise((resolve) => {
          indexedDB.deleteDatabase("account-sdk").onsuccess = resolve;
        }),
    );
    const refused = await page.evaluate(() => oauth.refreshTokens().catch(({ code }) => code));
    expect(refused).toBe("invalid_grant");
    // Calls of one moment share one answer.
    await Bun.sleep(260);
    await page.evaluate((backend) => oauth.fetch(`${backend}/api/me`), at.server.origin);
    expect(await page.evaluate(() => oauth.isLoggedIn())).toBe(false);
    expect(await page.evaluate(() => events.filter((event) => event === "logout"))).toHaveLength(1);
    expect(await signInAsGuest(page)).toBe(id);
    expect(await boundInStorage(page)).toBe(true);
    await page.evaluate(() => oauth.refreshTokens());
  });

  for (const [what, value] of [
    ["is not there", "undefined"],
    ["never answers", "{ open: () => ({}) }"],
  ]) {
    test(`is bound to nothing where IndexedDB ${what}`, async () => {
      await at.context.addInitScript(`Object.defineProperty(window, "indexedDB", { value: ${value} })`);
      const page = await at.game.open(at.context);
      await signInAsGuest(page);
      expect(await boundInStorage(page)).toBe(false);
      await page.evaluate(() => oauth.refreshTokens());
    });
  }

  test("is bound to nothing at a server of the release before, which lets no page send a proof", async () => {
    await at.context.route(`${at.server.origin}/api/login`, async (route) =>
      "dpop" in route.request().headers() ? route.abort() : route.continue(),
    );
    const page = await at.game.open(at.context);
    await signInAsGuest(page);
    expect(await boundInStorage(page)).toBe(false);
    await page.evaluate(() => oauth.refreshTokens());
  });
});

function boundInStorage(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const key = Object.keys(localStorage).find((name) => !name.endsWith(".guest")) ?? "";
    return JSON.parse(localStorage.getItem(key) ?? "").bound;
  });
}

/** The keys that the page's IndexedDB holds. */
function keysOf(page: Page): Promise<{ extractable: boolean; algorithm: string; curve: string }[]> {
  return page.evaluate(
    () =>
      new Promise((resolve) => {
        const opening = indexedDB.open("account-sdk");
        opening.onsuccess = () => {
          const asking = opening.result.transaction("keys").objectStore("keys").getAll();
          asking.onsuccess = () => {
            opening.result.close();
            const found = asking.result as { privateKey: CryptoKey }[];
            resolve(
              found.map(({ privateKey: { extractable, algorithm } }) => ({
                extractable,
                algorithm: algorithm.name,
                curve: (algorithm as EcKeyAlgorithm).namedCurve,
              })),
            );
          };
        };
      }),
  );
}
