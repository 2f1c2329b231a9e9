import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { chromiumPath, launchChromium } from "../support/chromium";
import { onEmbedded } from "../support/suite";

setDefaultTimeout(30_000);

declare global {
  /** What the page of react-page.js has counted. */
  var managers: number;
  var renders: number;
}

describe.skipIf(!chromiumPath())("React in StrictMode", () => {
  onEmbedded((at) => {
    let browser: Browser;
    let game: Bun.Server<undefined>;
    beforeAll(async () => {
      browser = await launchChromium();
      const { outputs } = await Bun.build({
        entrypoints: [join(import.meta.dir, "support/react-page.js")],
        target: "browser",
        // StrictMode mounts twice in React's development build alone.
        define: { "process.env.NODE_ENV": '"development"' },
      });
      const script = await outputs[0]!.text();
      const html = `<!doctype html><main data-backend-url="${at.server.origin}"></main><script type="module" src="/game.js"></script>`;
      game = Bun.serve({
        port: 0,
        hostname: "127.0.0.1",
        fetch: ({ url }) =>
          new URL(url).pathname === "/game.js"
            ? new Response(script, { headers: { "content-type": "text/javascript" } })
            : new Response(html, { headers: { "content-type": "text/html" } }),
      });
    });
    afterAll(async () => {
      await browser.close();
      await game.stop(true);
    });

    test("made, disposed of and made again, it signs in by redirect, shows the player and does not loop", async () => {
      const page = await browser.newPage();
      const problems: string[] = [];
      page.on("pageerror", (error) => problems.push(error.message));
      page.on("console", (message) => {
        if (message.type() === "error") problems.push(message.text());
      });
      await page.goto(`http://localhost:${game.port}/`);
      await page.click("#redirect");
      await page.getByRole("button", { name: /Ada/ }).click();
      await page.waitForSelector("#player");
      expect(await page.textContent("#player")).toBe("ada@players.example");
      expect(await page.evaluate(() => managers)).toBe(2);
      expect(await page.evaluate(() => renders)).toBeLessThan(20);
      expect(problems.filter((text) => !text.includes("favicon") && !text.includes("404"))).toEqual([]);
    });
  });
});
