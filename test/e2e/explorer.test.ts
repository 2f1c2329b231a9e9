import { expect, test } from "bun:test";
import { chromiumPath, launchChromium } from "../support/chromium";
import { onEmbedded } from "../support/suite";

onEmbedded((at) => {
  test.skipIf(!chromiumPath())(
    "somebody signs in and renames themself from the explorer, which asks no other host",
    async () => {
      const browser = await launchChromium();
      try {
        const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
        const foreign: string[] = [];
        const problems: string[] = [];
        context.on("request", (request) => {
          if (!/^(https?:\/\/(localhost|127\.0\.0\.1):|data:|blob:)/.test(request.url()))
            foreign.push(request.url());
        });
        const page = await context.newPage();
        page.on("pageerror", (error) => problems.push(error.message));
        page.on("console", (message) => {
          if (message.type() === "error") problems.push(message.text());
        });
        await page.goto(`${at.server.origin.replace("127.0.0.1", "localhost")}/swagger`);

        const popup = page.waitForEvent("popup");
        await page.getByRole("button", { name: "Sign in", exact: true }).click();
        await (await popup).getByRole("button", { name: /Ada/ }).click();
        await page.getByText("Signed in as").waitFor();

        await page.goto(`${page.url().split("#")[0]}#tag/profile/POST/api/update_username`);
        await page.getByRole("button", { name: /Test Request.*update_username/i }).click();
        await page
          .getByRole("textbox", { name: "Request Body" })
          .or(page.locator(".cm-content").first())
          .first()
          .waitFor();
        const answer = page.waitForResponse((response) => response.url().endsWith("/api/update_username"));
        await page.getByRole("button", { name: /^Send/ }).first().click();
        const response = await answer;
        expect(response.status()).toBe(200);
        expect((await response.json()).user.name).toBe("Crispy Otter");
        expect(foreign).toEqual([]);
        expect(problems).toEqual([]);
      } finally {
        await browser.close();
      }
    },
    60_000,
  );

  test.skipIf(!chromiumPath())(
    "where a token would travel unencrypted the explorer says where to sign in, and shows the rest",
    async () => {
      const browser = await launchChromium();
      try {
        const page = await browser.newPage();
        const problems: string[] = [];
        page.on("pageerror", (error) => problems.push(error.message));
        await page.route("http://accounts.test/**", async (route) => {
          const url = route.request().url().replace("http://accounts.test", at.server.origin);
          await route.fulfill({ response: await route.fetch({ url }) });
        });
        await page.goto("http://accounts.test/swagger");
        await page.getByText("open this page over https or at localhost").waitFor();
        await page.getByText("/api/update_username").first().waitFor();
        expect(await page.getByRole("button", { name: "Sign in", exact: true }).count()).toBe(0);
        expect(problems).toEqual([]);
      } finally {
        await browser.close();
      }
    },
    60_000,
  );
});
