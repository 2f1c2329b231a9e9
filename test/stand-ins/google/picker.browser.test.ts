import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import type { RunningLocalGoogle } from "../../../src/stand-ins/google/start";
import { chromiumPath, launchChromium } from "../../support/chromium";
import { authUrl, exchange, startGoogle } from "./support";

const hasChromium = chromiumPath() !== null;

describe.skipIf(!hasChromium)("the picker in Chromium", () => {
  let google: RunningLocalGoogle;
  let game: ReturnType<typeof Bun.serve>;
  let redirectUri: string;
  let browser: Browser;

  beforeAll(async () => {
    google = startGoogle().google;
    game = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: atTheGame });
    redirectUri = `${game.url.origin}/hop`;
    browser = await launchChromium();
  }, 30_000);
  afterAll(async () => {
    await browser.close();
    await Promise.all([game.stop(true), google.stop()]);
  });

  /** Goes on to a second hop on another origin, as an account server does. */
  function atTheGame(request: Request): Response {
    const { pathname, search, port } = new URL(request.url);
    if (pathname === "/hop") return Response.redirect(`http://localhost:${port}/done${search}`, 303);
    return new Response("<h1>Back in the game</h1>", { headers: { "content-type": "text/html" } });
  }

  async function open(options: Parameters<Browser["newPage"]>[0] = {}): Promise<Page> {
    const page = await browser.newPage(options);
    await page.goto(authUrl(google, { redirect_uri: redirectUri }));
    return page;
  }

  async function answer(page: Page): Promise<URLSearchParams> {
    await page.getByRole("heading", { name: "Back in the game" }).waitFor();
    return new URL(page.url()).searchParams;
  }

  test("a click on a player ends in the game with a code that buys tokens", async () => {
    const page = await open();
    const problems: string[] = [];
    page.on("console", (message) => problems.push(message.text()));
    await page.getByRole("button", { name: "Ada Pepper" }).click();
    const found = await answer(page);
    const response = await exchange(google, { code: found.get("code") ?? "", redirect_uri: redirectUri });
    expect(found.get("state")).toBe("the state");
    expect(response.status).toBe(200);
    expect(problems).toEqual([]);
    await page.close();
  });

  test("the keyboard alone adds a player, without scripts", async () => {
    const page = await open({ javaScriptEnabled: false });
    for (let tab = 0; tab < 4; tab++) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.type("Zoë Zest");
    await page.keyboard.press("Tab");
    await page.keyboard.type("zoe@example.com");
    await page.keyboard.press("Enter");
    expect((await answer(page)).has("code")).toBe(true);
    await page.close();
  });

  test("Cancel ends in the game with access_denied", async () => {
    const page = await open();
    await page.getByRole("button", { name: "Cancel" }).click();
    expect((await answer(page)).get("error")).toBe("access_denied");
    await page.close();
  });

  test("a popup keeps its opener until it is back in the game", async () => {
    const page = await browser.newPage();
    await page.goto(`${game.url.origin}/start`);
    const [popup] = await Promise.all([
      page.waitForEvent("popup"),
      page.evaluate(
        (url) => void window.open(url, "sign-in", "popup"),
        authUrl(google, { redirect_uri: redirectUri }),
      ),
    ]);
    await popup.getByRole("button", { name: "Bruno Saffron" }).click();
    await answer(popup);
    expect(await popup.evaluate(() => window.opener !== null)).toBe(true);
    await page.close();
  });

  test("nothing is cut off on a narrow screen", async () => {
    const page = await open({ viewport: { width: 320, height: 640 } });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await page.close();
  });
});
