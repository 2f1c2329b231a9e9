import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser } from "playwright-core";
import { startForum } from "../../sdk/examples/forum/forum";
import { chromiumPath, launchChromium } from "../support/chromium";
import { startMadeUpProvider } from "../support/made-up-provider";
import { issuerOf } from "../support/oauth";
import { onEmbedded } from "../support/suite";

setDefaultTimeout(60_000);

/** Where pictures of the pages go, to be looked at; nowhere unless it is set. */
const { SCREENSHOTS } = process.env;

describe.skipIf(!chromiumPath())("a forum whose members sign in with the game", () => {
  const madeUp = startMadeUpProvider();
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    await madeUp.stop();
  });

  onEmbedded(
    (at) => {
      let forum: Awaited<ReturnType<typeof startForum>>;
      beforeAll(async () => {
        forum = await startForum({ issuer: issuerOf(at.server), clientId: "forum", port: 0 });
      });
      afterAll(() => forum.stop());

      const visit = async (options: Parameters<Browser["newPage"]>[0] = {}) => {
        const page = await browser.newPage(options);
        const problems: string[] = [];
        page.on("console", (message) => {
          if (message.type() === "error") problems.push(message.text());
        });
        await page.goto(forum.origin);
        return { page, problems };
      };

      test("a visitor chooses a way in, is asked once whether the forum may know them, posts and signs out", async () => {
        const { page, problems } = await visit({ viewport: { width: 390, height: 844 } });
        const picture = async (name: string) => {
          if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/${name}.png` });
        };
        await page.getByText("Sign in with the game").click();
        await page.getByRole("heading", { name: "Sign in to The Forum" }).waitFor();
        await picture("ways-in-390");
        await page.getByRole("link", { name: "Google" }).click();
        await page.getByRole("button", { name: /Ada/ }).click();
        await page.getByRole("heading", { name: "Let The Forum know who you are?" }).waitFor();
        await picture("consent-390");
        expect(await page.getByRole("listitem").allTextContents()).toEqual([
          "know you again when you come back",
          "see your name and picture in the game",
        ]);
        await page.getByRole("button", { name: "Allow" }).click();
        await page.getByText("Signed in as Ada").waitFor();
        await page.getByLabel("Post").fill("Onions <b>first</b>");
        await page.getByRole("button", { name: "Post" }).click();
        await page.getByText("Onions <b>first</b>").waitFor();
        await page.getByRole("button", { name: "Sign out" }).click();

        await page.getByText("Sign in with the game").click();
        await page.getByRole("link", { name: "Google" }).click();
        await page.getByRole("button", { name: /Ada/ }).click();
        await page.getByText("Signed in as Ada").waitFor();
        expect(problems).toEqual([]);
        await page.close();
      });

      test("a visitor who says no is not signed in; by keyboard, without scripts, in the dark", async () => {
        const { page } = await visit({
          viewport: { width: 1280, height: 800 },
          colorScheme: "dark",
          javaScriptEnabled: false,
        });
        await page.getByText("Sign in with the game").click();
        await page.getByRole("heading", { name: "Sign in to The Forum" }).waitFor();
        if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/ways-in-1280-dark.png` });
        await page.getByRole("link", { name: "Made up" }).click();
        await page.getByRole("button", { name: "I am Tilda" }).click();
        await page.getByRole("heading", { name: "Let The Forum know who you are?" }).waitFor();
        if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/consent-1280-dark.png` });
        await page.keyboard.press("Tab");
        await page.keyboard.press("Tab");
        await page.keyboard.press("Enter");
        await page.getByText("You are not signed in.").waitFor();
        expect(new URL(page.url()).searchParams.get("error")).toBe("access_denied");
        await page.close();
      });
    },
    {
      providers: [madeUp.factory],
      adjust: (config) => ({
        ...config,
        oauth: {
          clients: [
            {
              id: "forum",
              name: "The Forum",
              redirectUris: ["http://127.0.0.1/callback"],
              firstParty: false,
              anyLoopback: false,
            },
          ],
        },
      }),
    },
  );
});
