import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser, BrowserContext, Page } from "puppeteer-core";
import { firefoxPath, launchFirefox } from "../../support/firefox";
import { onEmbedded } from "../../support/suite";
import { startWebGame, type WebGame } from "../support/web-game.ts";

setDefaultTimeout(60_000);

describe.skipIf(!firefoxPath())("In Firefox", () => {
  onEmbedded((at) => {
    const world = new AsyncDisposableStack();
    let browser: Browser;
    let context: BrowserContext;
    let game: WebGame;

    beforeAll(async () => {
      browser = await launchFirefox();
      world.defer(() => browser.close());
      game = await startWebGame(at.server.origin);
      world.defer(() => game.stop());
    }, 60_000);
    afterAll(() => world.disposeAsync());
    beforeEach(async () => {
      context = await browser.createBrowserContext();
      return () => context.close();
    });

    const open = async (path = "") => {
      const page = await context.newPage();
      await page.goto(`${game.origin}/${path}`);
      return page;
    };

    /** Clicks the game's button; gives the window with the account picker. */
    const openPopup = async (page: Page): Promise<Page> => {
      const popup = new Promise<Page>((found) => {
        browser.once("targetcreated", async (target) => found((await target.page()) as Page));
      });
      await page.click("#popup");
      const picker = await popup;
      await picker.waitForSelector("button");
      return picker;
    };

    const pick = async (picker: Page, account: string) => {
      await picker.waitForSelector("button");
      for (const button of await picker.$$("button")) {
        if ((await button.evaluate((element) => element.textContent))?.includes(account))
          return button.click();
      }
      throw new Error(`The account picker lacks ${account}.`);
    };
    const signedIn = async (page: Page) => {
      await page.waitForFunction(() => globalThis.oauth?.isLoggedIn());
      return page.evaluate(() => oauth.getUser()?.email);
    };

    for (const path of [
      "",
      "coop/same-origin/",
      "coop/same-origin/require-corp",
      "coop/same-origin-allow-popups/",
    ]) {
      test(`/${path}: a popup signs in, however long the player chooses`, async () => {
        const page = await open(path);
        const picker = await openPopup(page);
        await Bun.sleep(2_500);
        expect(await page.evaluate(() => oauth.getLoginStatus().state)).toBe("in_progress");
        await pick(picker, "Ada");
        expect(await signedIn(page)).toBe("ada@players.example");
      });
    }

    test("a popup that the player closes is cancelled", async () => {
      const page = await open();
      const picker = await openPopup(page);
      // Nobody closes it sooner than they have seen it.
      await Bun.sleep(1_500);
      await picker.close();
      await page.waitForFunction(() => oauth.getLoginStatus().state === "failed");
      const code = await page.evaluate(() => {
        const status = oauth.getLoginStatus();
        return status.state === "failed" && status.error.code;
      });
      expect(code).toBe("cancelled");
    });

    test("a full-page redirect signs in, and the code is gone from the address bar", async () => {
      const page = await open();
      await page.click("#redirect");
      await page.waitForFunction(() => !globalThis.oauth);
      await pick(page, "Bruno");
      expect(await signedIn(page)).toBe("bruno@players.example");
      expect(page.url()).not.toContain("code=");
    });

    test("tabs share the session, and a sign-out reaches all of them", async () => {
      const first = await open();
      await pick(await openPopup(first), "Chlo");
      await signedIn(first);
      const tabs = [first, await open(), await open()];
      await Promise.all(tabs.map(signedIn));
      await Promise.all(tabs.map((tab) => tab.evaluate(() => oauth.refreshTokens())));
      for (const tab of tabs) expect(await tab.evaluate(() => oauth.isLoggedIn())).toBe(true);
      await first.evaluate(() => oauth.logout());
      for (const tab of tabs) await tab.waitForFunction(() => !oauth.isLoggedIn());
    });
  });
});
