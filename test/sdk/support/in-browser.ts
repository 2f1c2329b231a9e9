import { afterAll, afterEach, beforeAll, beforeEach, describe } from "bun:test";
import type { Browser, BrowserContext } from "playwright-core";
import { chromiumPath, launchChromium } from "../../support/chromium";
import { onEmbedded, type Suite } from "../../support/suite";
import { startWebGame, type WebGame } from "./web-game.ts";

/** What the tests of a web game share; each test has a `context` of its own. */
export type BrowserSuite = Suite & {
  readonly browser: Browser;
  readonly context: BrowserContext;
  readonly game: WebGame;
};

/** Runs tests of a web game in Chromium, at a server on the embedded database. */
export function inBrowser(title: string, tests: (at: BrowserSuite) => void): void {
  describe.skipIf(!chromiumPath())(title, () => {
    onEmbedded((suite) => {
      const at = suite as { -readonly [Member in keyof BrowserSuite]: BrowserSuite[Member] };
      beforeAll(async () => {
        at.browser = await launchChromium();
        at.game = await startWebGame(at.server.origin);
      });
      afterAll(async () => {
        await at.browser.close();
        await at.game.stop();
      });
      beforeEach(async () => {
        at.context = await at.browser.newContext();
      });
      afterEach(() => at.context.close());
      tests(at);
    });
  });
}
