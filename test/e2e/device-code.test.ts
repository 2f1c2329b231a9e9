import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { chromiumPath, launchChromium } from "../support/chromium";
import { get } from "../support/requests";
import { onEachDatabase } from "../support/suite";

/** A game on a screen without a keyboard: it shows a code, and waits. */
const GAME = (
  server: string,
) => `<!doctype html><title>Game</title><img id="qr" width="240"><p id="code"></p><p id="player"></p>
<script type="module">
const post = async (path, form, headers) => (await fetch("${server}" + path, { method: "POST", body: new URLSearchParams(form), headers })).json();
const asked = await post("/oauth/device_authorization", { client_id: "game", device: "Television" });
qr.src = "${server}/device/qr.svg?user_code=" + asked.user_code;
code.textContent = asked.verification_uri_complete;
const token = { grant_type: "urn:ietf:params:oauth:grant-type:device_code", client_id: "game", device_code: asked.device_code };
let answer;
do answer = await post("/oauth/token", token, { prefer: "wait=25" });
while (answer.error === "authorization_pending");
player.textContent = answer.error ?? answer.access_token;
</script>`;

test.skipIf(!chromiumPath())("Chromium is there", () => {});

onEachDatabase((at) => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  }, 60_000);
  afterAll(() => browser.close());

  /** A game and the phone beside it, each a browser of its own. */
  const open = async (width: number) => {
    const game = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: () => new Response(GAME(at.server.origin), { headers: { "content-type": "text/html" } }),
    });
    const screen = await (await browser.newContext({ viewport: { width, height: 800 } })).newPage();
    const phone = await (await browser.newContext({ viewport: { width: 390, height: 844 } })).newPage();
    await screen.goto(game.url.href);
    await screen.waitForFunction(() => document.querySelector("#code")?.textContent !== "");
    return { screen, phone, link: (await screen.textContent("#code")) ?? "", stop: () => game.stop(true) };
  };
  const fits = (page: Page) =>
    page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);
  const playerOf = async (screen: Page) => {
    await screen.waitForFunction(() => document.querySelector("#player")?.textContent !== "");
    return (await screen.textContent("#player")) ?? "";
  };

  test.each([390, 1280])(
    "a game of %d pixels goes on in the moment that its player confirms on the phone",
    async (width) => {
      const { screen, phone, link, stop } = await open(width);
      await screen.waitForFunction(
        () => (document.querySelector("#qr") as HTMLImageElement).naturalWidth > 0,
      );
      await phone.goto(link);
      expect(await phone.textContent("dl")).toContain("Television");
      expect(await fits(phone)).toBe(true);
      await phone.click("text=Yes, sign me in on it");
      await phone.click("text=Ada");
      expect(await phone.textContent("h1")).toBe("Sign in to The game?");
      expect(await fits(phone)).toBe(true);
      const confirmed = performance.now();
      await phone.click("button:has-text('Sign in')");
      const token = await playerOf(screen);
      expect(performance.now() - confirmed).toBeLessThan(5_000);
      expect(await phone.textContent("h1")).toBe("You are signed in");
      const me = await get(at.server, "/api/me", { authorization: `Bearer ${token}` });
      expect(me.body.user.name).toContain("Ada");
      stop();
    },
    60_000,
  );

  test("a player without scripts types the code, and says no", async () => {
    const { screen, link, stop } = await open(1280);
    const context = await browser.newContext({
      viewport: { width: 390, height: 844 },
      javaScriptEnabled: false,
    });
    const phone = await context.newPage();
    const { origin, searchParams } = new URL(link);
    await phone.goto(`${origin}/device`);
    await phone.fill("input", (searchParams.get("user_code") ?? "").toLowerCase().replace("-", ""));
    await phone.click("text=Continue");
    await phone.click("text=No, this is not mine");
    expect(await phone.textContent("h1")).toBe("Nobody was signed in");
    expect(await playerOf(screen)).toBe("access_denied");
    stop();
  }, 60_000);
});
