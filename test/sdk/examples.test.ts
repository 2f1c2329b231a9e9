import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { chromiumPath, launchChromium } from "../support/chromium";
import { letIn } from "../support/devices";
import { freshAccount, freshName } from "../support/players";
import { onEmbedded } from "../support/suite";

setDefaultTimeout(60_000);

const CLIENT = join(import.meta.dir, "../../sdk/examples/desktop-client/client.ts");
const BROWSER = `${process.execPath} ${join(import.meta.dir, "support/browser-command.ts")}`;

declare global {
  /** What the game has written on its canvas. */
  var written: string[];
}

onEmbedded((at) => {
  describe.skipIf(!chromiumPath())("The browser game", () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launchChromium();
    });
    afterAll(() => browser.close());

    test("signs in, shows the player's name over the chef, renames and signs out, under the server's CSP", async () => {
      const context = await browser.newContext();
      await context.addInitScript(() => {
        globalThis.written = [];
        const { fillText } = CanvasRenderingContext2D.prototype;
        CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
          written = [text];
          fillText.call(this, text, ...rest);
        };
      });
      const page = await context.newPage();
      const problems: string[] = [];
      page.on("pageerror", (error) => problems.push(error.message));
      page.on("console", (message) => {
        if (message.type() === "error") problems.push(message.text());
      });
      await page.goto(`${at.server.origin.replace("127.0.0.1", "localhost")}/play`);

      const [popup] = await Promise.all([
        page.waitForEvent("popup"),
        page.getByRole("button", { name: "Sign in with Google" }).click(),
      ]);
      await popup.getByRole("button", { name: /Ada/ }).click();
      await page.waitForSelector("#player:not([hidden])");
      const first = (await page.textContent("#name")) ?? "";
      await page.waitForFunction((name) => written.includes(name), first);

      const name = freshName();
      await page.click("#open-account");
      await page.click("#rename");
      await page.fill("#new-name", name);
      await page.keyboard.press("Enter");
      await page.waitForFunction((name) => written.includes(name), name);

      await page.click("#logout");
      await page.waitForSelector("#welcome:not([hidden])");
      expect(await page.textContent("#status")).toBe("Signed out");
      expect(problems).toEqual([]);
      await context.close();
    });

    test("where a token would travel unencrypted it says where to sign in", async () => {
      const page = await browser.newPage();
      await page.route("http://accounts.test/**", async (route) => {
        const url = route.request().url().replace("http://accounts.test", at.server.origin);
        await route.fulfill({ response: await route.fetch({ url }) });
      });
      await page.goto("http://accounts.test/play/");
      await page.getByText("Open this page over https or at localhost").waitFor();
      expect(await page.isVisible("#guest")).toBe(false);
      await page.close();
    });
  });

  describe("The desktop client", () => {
    /** The client in a terminal of its own, on a computer of its own. */
    function openClient(account: string, environment: Record<string, string | undefined> = {}) {
      const folder = mkdtempSync(join(tmpdir(), "account-sdk-client-"));
      let screen = "";
      const child = Bun.spawn([process.execPath, CLIENT], {
        env: {
          ...process.env,
          BACKEND_URL: at.server.origin,
          BROWSER,
          ACCOUNT: account,
          XDG_DATA_HOME: folder,
          ...environment,
        },
        terminal: {
          cols: 100,
          rows: 60,
          data(_terminal, data) {
            screen += Bun.stripANSI(new TextDecoder().decode(data));
          },
        },
      });
      const type = (text: string) => child.terminal?.write(text);
      /** Waits until it is on the screen, and takes it and what was before it off. */
      const shows = async (text: string | RegExp): Promise<string> => {
        for (;;) {
          const [found] = screen.match(typeof text === "string" ? RegExp.escape(text) : text) ?? [];
          if (found) {
            screen = screen.slice(screen.indexOf(found) + found.length);
            return found;
          }
          await Bun.sleep(20);
        }
      };
      return {
        type,
        shows,
        /** Moves to the line of the question, whose last one is `last`, that begins with `label`, and takes it. */
        async take(label: string, last = "Quit") {
          await shows(last);
          for (let tries = 0; tries < 20; tries++) {
            screen = "";
            type("\x1b[B");
            while (!screen.includes("●")) await Bun.sleep(10);
            await Bun.sleep(30);
            if (screen.includes(`● ${label}`)) break;
          }
          type("\r");
        },
        async [Symbol.asyncDispose]() {
          child.kill();
          await child.exited;
          rmSync(folder, { recursive: true, force: true });
        },
        exited: child.exited,
      };
    }

    test("its menu logs in, renames, refreshes, tells its callbacks and logs out", async () => {
      await using client = openClient("bruno");
      const { shows, take, type } = client;
      await shows("Nobody is signed in");
      type("\r");
      await shows("● Google");
      type("\r");
      await shows("Welcome");
      const name = freshName();
      await take("Rename");
      await shows("New name");
      type(`\x15${name}\r`);
      await shows(`You are now ${name}`);
      await take("Force refresh");
      await shows("Refreshed");
      await take("Callback history");
      await shows("onSuccess");
      await shows(`user: ${name}`);
      await take("Log out");
      await shows("Signed out");
      await take("Quit");
      expect(await client.exited).toBe(0);
    });

    test("over SSH it shows a code, with a QR code, and signs in whom a phone's browser lets in", async () => {
      const account = freshAccount();
      const environment = { SSH_CONNECTION: "10.0.0.7 50000 10.0.0.1 22", BROWSER: undefined };
      const hidden = { DISPLAY: undefined, WAYLAND_DISPLAY: undefined, WSL_DISTRO_NAME: undefined };
      await using client = openClient("nobody", { ...environment, ...hidden });
      const { shows, take, type } = client;
      await shows("Nobody is signed in");
      type("\r");
      await shows("● Google");
      type("\r");
      await shows("Sign in with your phone");
      await shows("▄");
      const userCode = await shows(/[B-Z]{4}-[B-Z]{4}/);
      await shows("Waiting for your phone");
      await letIn(at.server, userCode, account);
      await shows("Welcome, ");
      await take("Force refresh");
      await shows("Refreshed");
      await take("User");
      await shows(account);
    });

    test("its menu signs in with a phone where there is a browser too, and gives that up", async () => {
      await using client = openClient("bruno");
      const { shows, take, type } = client;
      await take("Log in with a phone");
      await shows(/[B-Z]{4}-[B-Z]{4}/);
      await shows("Give up");
      type("\r");
      await shows("cancelled");
      await shows("Nobody is signed in");
    });

    test("its menu links, asks who goes on, takes it back, and moves the guest to another computer", async () => {
      await using taken = openClient("chloe");
      await taken.shows("Nobody is signed in");
      taken.type("\r");
      await taken.shows("● Google");
      taken.type("\r");
      await taken.shows("Welcome");

      await using client = openClient("chloe");
      const { shows, take, type } = client;
      await take("Play as a guest");
      await shows("Welcome, ");
      const guest = (await shows(/\w+ \w+/)).trim();
      await take("Link an account");
      await shows("● Google");
      type("\r");
      await shows("Another player has this account");
      await shows("Who goes on?");
      await shows("navigate");
      type("\x1b[B\r");
      await shows("You are ");
      await shows("google, guest");
      await take("Take a change back");
      await shows("merge with player");
      await shows("Nothing");
      type("\r");
      await shows(`Taken back; you are ${guest}`);
      await take("Ways in");
      await take("Back", "Unlink guest");
      await shows("Nothing changed");
      await take("A code for another device");
      const code = await shows(/[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}/);

      await using other = openClient("bruno");
      await other.take("Enter a code");
      await other.shows("The code of the other device");
      other.type(`${code}\r`);
      await other.shows(`Welcome, ${guest}`);
      await other.take("Devices");
      await other.shows("this one");
      await other.take("Back", "Sign out everywhere");
      await other.shows("Nothing changed");
    });
  });
});
