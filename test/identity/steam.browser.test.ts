import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { newGame, startUrl } from "../support/authorization";
import { chromiumPath, launchChromium } from "../support/chromium";
import { withSteam } from "../support/steam";
import { onEmbedded } from "../support/suite";

const arrivals: URL[] = [];
const game = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch(request) {
    arrivals.push(new URL(request.url));
    return new Response("<h1>Back in the game</h1>", { headers: { "content-type": "text/html" } });
  },
});
let browser: Browser;
beforeAll(async () => {
  if (chromiumPath()) browser = await launchChromium();
}, 30_000);
afterAll(async () => {
  await browser?.close();
  await game.stop(true);
});

onEmbedded(
  (at) => {
    test.skipIf(!chromiumPath())(
      "a player picks an account on Steam's page and comes back to the game with a code",
      async () => {
        const asking = newGame(`${game.url.origin}/done`);
        const page = await browser.newPage();
        await page.goto(startUrl(at.server, asking).replace("/auth/google/", "/auth/steam/"));
        expect(await page.title()).toContain("not Steam");
        await page.getByRole("button", { name: "Ada Pepper" }).click();
        await page.getByRole("heading", { name: "Back in the game" }).waitFor();
        await page.close();
        const answer = arrivals.findLast(({ pathname }) => pathname === "/done");
        expect(answer?.searchParams.get("state")).toBe(asking.state);
        expect(answer?.searchParams.get("code")).toBeTruthy();
      },
      30_000,
    );
  },
  { adjust: withSteam() },
);
