import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type AxeResults, source } from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { chromiumPath, launchChromium } from "../support/chromium";
import { consoleAt, newStaff } from "../support/console";
import { newGuestKey, playAsGuest } from "../support/guests";
import { freshName, signIn } from "../support/players";
import { onEmbedded } from "../support/suite";

setDefaultTimeout(240_000);

declare global {
  /** What axe-core leaves in a page. */
  var axe: { run(): Promise<AxeResults> };
}

describe.skipIf(!chromiumPath())("in a browser", () => {
  onEmbedded((at) => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launchChromium();
    });
    afterAll(() => browser.close());

    const open = async (options: BrowserContextOptions = {}) => {
      const context = await browser.newContext({ viewport: { width: 1_280, height: 900 }, ...options });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
      return { page, complaints, close: () => context.close() };
    };
    const go = (page: Page, path: string) => page.goto(consoleAt(at.server).origin + path);

    /** Signs one of the studio's people in, through Google's page. */
    const signInAs = async (page: Page, role: "admin" | "moderator") => {
      await newStaff(at.server, role, "ada");
      await go(page, "/console");
      await page.getByRole("link", { name: "Sign in with Google" }).click();
      await page.getByRole("button", { name: "Ada" }).click();
      await page.getByRole("heading", { name: "Players" }).waitFor();
    };

    /** All that axe-core finds, in light and in dark. */
    const barriers = async (page: Page) => {
      const found: string[] = [];
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        await page.evaluate(`${source};undefined`);
        const { violations } = await page.evaluate(() => globalThis.axe.run());
        for (const { id, nodes } of violations)
          found.push(`${colorScheme} ${id} ${nodes.map(({ target }) => target).join()}`);
      }
      return found;
    };
    const fits = (page: Page) =>
      page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);

    /** A player of whom a page has something in every part. */
    const fullPlayer = async () => {
      const { user } = await signIn(
        at.server,
        {},
        { device: "Living room television, second from the left" },
      );
      return user;
    };

    test.each([390, 1_280])(
      "at %d pixels every page fits and has no barrier, in light and in dark",
      async (width) => {
        const { page, complaints, close } = await open({ viewport: { width, height: 844 } });
        const user = await fullPlayer();
        const seen = async (name: string) => {
          expect([name, await fits(page), await barriers(page)]).toEqual([name, true, []]);
        };
        await go(page, "/console/sign-in");
        await seen("sign-in");
        await signInAs(page, "admin");
        await seen("first page");
        await page.getByLabel("Id, name").fill(user.name.slice(0, 3));
        await page.getByRole("button", { name: "Find" }).click();
        await page
          .getByRole("heading", { name: /player/ })
          .first()
          .waitFor();
        await seen("found");
        await go(page, `/console/players/${user.id}`);
        await page.getByLabel("For the studio's people alone").fill("Wrote in, very kindly");
        await page.getByRole("button", { name: "Add a note" }).click();
        await page.getByText("The note is added.").waitFor();
        await page.getByText("Ban", { exact: true }).first().click();
        await page.locator('form[action$="/ban"]').getByLabel("Reason").fill("An insult");
        await page.locator('form[action$="/ban"]').getByRole("button").click();
        await page.getByText("The player is banned.").waitFor();
        for (const summary of await page.locator("summary").all()) await summary.click();
        await seen("player");
        const rename = page.locator('form[action$="/rename"]');
        await rename.getByLabel("New name").fill("ab");
        await rename.getByLabel("Reason").fill("Too short");
        await rename.getByRole("button").click();
        await page.getByRole("alert").waitFor();
        await seen("refused");
        const viewAs = page.locator('form[action$="/view-as"]');
        await page.getByText("View as this player").first().click();
        await viewAs.getByLabel("Reason").fill("Wrote in");
        await viewAs.getByRole("button").click();
        await page.getByText("A token to look with").waitFor();
        await seen("view as");
        await go(page, "/console/audit");
        await seen("audit");
        await go(page, "/console/players/2000000000");
        await seen("nowhere");
        at.server.clock.advance(400);
        await go(page, `/console/players/${user.id}`);
        await page.getByText("Sign out everywhere").first().click();
        const sessions = page.locator('form[action$="/sessions"]');
        await sessions.getByLabel("Reason").fill("Stolen");
        await sessions.getByRole("button").click();
        await page.getByRole("heading", { name: "Sign in once more" }).waitFor();
        await seen("sign in once more");
        expect(complaints.filter((text) => !/40[0-9]|422/.test(text))).toEqual([]);
        await close();
      },
    );

    test("by keyboard alone: sign in, find a player, give them another name, and take it back", async () => {
      const { page, close } = await open();
      await newStaff(at.server, "moderator", "ada");
      const { user } = await signIn(at.server);
      const name = freshName();
      /** Presses Tab until the element that has the focus says this. */
      const tabTo = async (said: RegExp) => {
        for (let presses = 0; presses < 60; presses++) {
          await page.keyboard.press("Tab");
          const focused = await page.evaluate(() => {
            const { activeElement: element } = document;
            const label = (element as HTMLInputElement | null)?.labels?.[0]?.textContent;
            return `${label ?? ""} ${element?.textContent ?? ""}`;
          });
          if (said.test(focused)) return;
        }
        throw new Error(`${said} is not reached by Tab`);
      };
      const press = async (said: RegExp) => {
        await tabTo(said);
        await page.keyboard.press("Enter");
      };
      await go(page, "/console");
      await press(/Sign in with Google/);
      await page.getByRole("button", { name: "Ada" }).waitFor();
      await press(/Ada Pepper/);
      await page.getByRole("heading", { name: "Players" }).waitFor();
      // The field has the focus by itself.
      await page.keyboard.type(user.name);
      await page.keyboard.press("Enter");
      await page.getByRole("link", { name: user.name }).waitFor();
      await press(new RegExp(`^ ${user.name}$`));
      await page.getByRole("heading", { name: user.name, level: 1 }).waitFor();
      await press(/^ Rename$/);
      await tabTo(/New name/);
      await page.keyboard.press("ControlOrMeta+a");
      await page.keyboard.type(name);
      await tabTo(/Reason/);
      await page.keyboard.type("Not a name");
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name, level: 1 }).waitFor();
      await press(/Take back/);
      await tabTo(/Reason/);
      await page.keyboard.type("It was one");
      await page.keyboard.press("Enter");
      await page.getByText("It is taken back.").waitFor();
      expect(await page.textContent("h1")).toBe(user.name);
      await press(/^ Sign out$/);
      await page.getByRole("heading", { name: "Sign in" }).waitFor();
      await close();
    });

    test("the skip link leads past the navigation", async () => {
      const { page, close } = await open();
      await signInAs(page, "moderator");
      await go(page, "/console/audit");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await page.keyboard.press("Tab");
      expect(await page.evaluate(() => document.activeElement?.getAttribute("name"))).toBe("player");
      await close();
    });

    test("without scripts all of it works", async () => {
      const { page, close } = await open({ javaScriptEnabled: false });
      const user = await fullPlayer();
      await signInAs(page, "moderator");
      await page.getByLabel("Id, name").fill(String(user.id));
      await page.getByRole("button", { name: "Find" }).click();
      await page.getByRole("link", { name: user.name }).click();
      await page.getByLabel("For the studio's people alone").fill("No scripts");
      await page.getByRole("button", { name: "Add a note" }).click();
      await page.getByText("The note is added.").waitFor();
      await close();
    });

    test("figures renew themselves while somebody looks", async () => {
      const { page, close } = await open();
      await page.clock.install();
      await signInAs(page, "moderator");
      const players = async () => Number((await page.textContent(".figures dd"))?.replaceAll(",", ""));
      const before = await players();
      await playAsGuest(at.server, newGuestKey());
      await page.clock.runFor(16_000);
      await page.waitForFunction(
        (before) => Number(document.querySelector(".figures dd")?.textContent?.replaceAll(",", "")) > before,
        before,
      );
      await close();
    });

    test("what hurts goes on after a sign-in, with what was filled in", async () => {
      const { page, close } = await open();
      const user = await fullPlayer();
      await signInAs(page, "admin");
      at.server.clock.advance(400);
      await go(page, `/console/players/${user.id}`);
      await page.getByText("Ban", { exact: true }).first().click();
      const form = page.locator('form[action$="/ban"]');
      await form.getByLabel("For how long").selectOption("good");
      await form.getByLabel("Reason").fill("Sold accounts");
      await form.getByRole("button").click();
      await page.getByRole("link", { name: "Sign in" }).click();
      await page.getByRole("link", { name: "Sign in with Google" }).click();
      await page.getByRole("button", { name: "Ada" }).click();
      await page.getByRole("heading", { name: "Ban?" }).waitFor();
      expect(await page.textContent("main")).toContain("Sold accounts");
      await page.getByRole("button", { name: "Ban" }).click();
      await page.getByText("The player is banned.").waitFor();
      expect(await page.textContent("main")).toContain("for good");
      await close();
    });
  });
});
