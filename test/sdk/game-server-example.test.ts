import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { startKitchen } from "../../sdk/examples/game-server/kitchen.ts";
import { chromiumPath, launchChromium } from "../support/chromium";
import { gameServerAt } from "../support/game-servers";
import { playAsGuest } from "../support/guests";
import { onEachDatabase, onEmbedded } from "../support/suite";

setDefaultTimeout(60_000);

/** Folder for screenshots of the kitchen, for somebody who wants to look. */
const { SCREENSHOTS } = process.env;
const PYTHON_SERVER = join(import.meta.dir, "../../sdk/examples/game-server-python/server.py");
/** Debian's python3-websockets is this one's, wherever another Python comes first. */
const python = ["python3", "/usr/bin/python3"].find(
  (path) => Bun.which(path) && Bun.spawnSync([path, "-c", "import websockets"]).exitCode === 0,
);

type Said = { chefs: { id: number; name: string; x: number; y: number; carries: string | null }[] };

/** A game's end of the socket: what it has heard, and how to wait for more. */
function connect(url: string) {
  const socket = new WebSocket(url);
  const heard: string[] = [];
  let news = Promise.withResolvers<void>();
  const closed = new Promise<CloseEvent>((resolve) => socket.addEventListener("close", resolve));
  const wake = () => {
    news.resolve();
    news = Promise.withResolvers();
  };
  socket.addEventListener("message", ({ data }) => {
    heard.push(String(data));
    wake();
  });
  return {
    socket,
    closed,
    opened: new Promise((resolve) => socket.addEventListener("open", resolve)),
    say: (message: unknown) => socket.send(typeof message === "string" ? message : JSON.stringify(message)),
    async hears<T>(look: (said: T) => boolean): Promise<T> {
      for (;;) {
        const found = heard.map((text) => JSON.parse(text) as T).find(look);
        if (found) return found;
        await news.promise;
      }
    },
  };
}

onEachDatabase((at) => {
  describe("The example game server", () => {
    let kitchen: ReturnType<typeof startKitchen>;
    const calls = () => gameServerAt(at.server);
    beforeAll(async () => {
      const key = await calls().newKey(["tickets:redeem", "progress:write"], "kitchen");
      kitchen = startKitchen({ backendUrl: at.server.origin, key, port: 0 });
    });
    afterAll(() => kitchen.stop());
    const join = async () => {
      const session = await playAsGuest(at.server);
      const { ticket } = (await calls().ticket(session, "kitchen")).body;
      const game = connect(kitchen.url);
      await game.opened;
      game.say({ ticket });
      await game.hears<Said>(({ chefs }) => chefs.some(({ id }) => id === session.user.id));
      return { ...game, user: session.user, ticket };
    };

    test("two players see each other by their names, and where they walk", async () => {
      const [one, two] = [await join(), await join()];
      one.say({ x: 300, y: 280, carries: "onion" });
      const seen = await two.hears<Said>(({ chefs }) => chefs.some(({ x }) => x === 300));
      expect(seen.chefs.find(({ id }) => id === one.user.id)).toEqual({
        ...{ id: one.user.id, name: one.user.name, x: 300, y: 280, carries: "onion" },
      });
      expect(seen.chefs.some(({ name }) => name === two.user.name)).toBe(true);
      one.socket.close();
      await one.closed;
      await two.hears<Said>(({ chefs }) => chefs.every(({ id }) => id !== one.user.id));
      two.socket.close();
    });

    test("nobody comes in without a good ticket, nor with one that has served", async () => {
      const { ticket, socket } = await join();
      for (const message of [{ ticket }, { ticket: "x" }, "no JSON", { x: 1, y: 1 }]) {
        const game = connect(kitchen.url);
        await game.opened;
        game.say(message);
        const { code, reason } = await game.closed;
        expect([code, reason]).toEqual([4401, "invalid_ticket"]);
      }
      socket.close();
    });

    test("who leaves gets a star for a soup, and none for soups that nobody can cook so fast", async () => {
      const game = await join();
      await Bun.sleep(5_100);
      for (let soup = 0; soup < 5; soup++) game.say({ served: true });
      await Bun.sleep(50);
      game.socket.close();
      await game.closed;
      const stars = async () => (await calls().players(String(game.user.id))).body.players[0]?.stars;
      for (let tries = 0; (await stars()) === 0 && tries < 50; tries++) await Bun.sleep(50);
      expect(await stars()).toBe(1);
    });

    test.skipIf(!python)("the one in Python knows who plays, too", async () => {
      const child = Bun.spawn([python ?? "", PYTHON_SERVER], {
        env: {
          ...process.env,
          ACCOUNT_SERVER: at.server.origin,
          ACCOUNT_SERVER_KEY: await calls().newKey(["tickets:redeem"], "kitchen"),
          PORT: "0",
        },
        stdout: "pipe",
        stderr: "pipe",
      });
      try {
        let port: string | undefined;
        let output = "";
        for await (const chunk of child.stdout) {
          output += new TextDecoder().decode(chunk);
          [, port] = /open at 127\.0\.0\.1:(\d+)\n/.exec(output) ?? [];
          if (port) break;
        }
        expect(port, output).toBeDefined();
        const joined = async () => {
          const session = await playAsGuest(at.server);
          const { ticket } = (await calls().ticket(session, "kitchen")).body;
          const game = connect(`ws://127.0.0.1:${port}`);
          await game.opened;
          game.say(ticket);
          expect(await game.hears<{ you?: string }>(({ you }) => you !== undefined)).toEqual({
            you: session.user.name,
          });
          return { ...game, user: session.user, ticket };
        };
        const [one, two] = [await joined(), await joined()];
        one.say("soup is ready");
        const said = await two.hears<{ name?: string; said?: string }>(({ said }) => said !== undefined);
        expect(said).toEqual({ name: one.user.name, said: "soup is ready" });
        const stranger = connect(`ws://127.0.0.1:${port}`);
        await stranger.opened;
        stranger.say(one.ticket);
        expect((await stranger.closed).code).toBe(4401);
      } finally {
        child.kill();
        await child.exited;
      }
    });
  });
});

describe.skipIf(!chromiumPath())("Two browsers in the demo kitchen", () => {
  onEmbedded((at) => {
    let browser: Browser;
    let kitchen: ReturnType<typeof startKitchen>;
    beforeAll(async () => {
      browser = await launchChromium();
      const key = await gameServerAt(at.server).newKey(["tickets:redeem", "progress:write"], "kitchen");
      kitchen = startKitchen({ backendUrl: at.server.origin, key, port: 0 });
    });
    afterAll(async () => {
      await browser.close();
      await kitchen.stop();
    });

    test("see each other's chefs, with their names, under the server's CSP", async () => {
      const problems: string[] = [];
      const open = async (): Promise<Page> => {
        const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
        const page = await context.newPage();
        page.on("pageerror", (error) => problems.push(error.message));
        page.on("console", (message) => {
          if (message.type() === "error") problems.push(message.text());
        });
        await page.goto(`${at.server.origin.replace("127.0.0.1", "localhost")}/play/?server=${kitchen.url}`);
        await page.click("#guest");
        await page.waitForSelector("#player:not([hidden])");
        return page;
      };
      const nameOn = async (page: Page) => (await page.textContent("#name")) ?? "";
      const one = await open();
      await one.getByText("Nobody else is here").waitFor();
      const two = await open();
      await one.getByText(`Cooking with ${await nameOn(two)}`).waitFor();
      await two.getByText(`Cooking with ${await nameOn(one)}`).waitFor();
      await two.locator("#game").click({ position: { x: 560, y: 300 } });
      await one.waitForTimeout(2_500);
      if (SCREENSHOTS) {
        await one.screenshot({ path: `${SCREENSHOTS}/kitchen-together.png` });
        await one.setViewportSize({ width: 390, height: 780 });
        await one.screenshot({ path: `${SCREENSHOTS}/kitchen-together-390.png` });
      }
      await two.context().close();
      await one.getByText("Nobody else is here").waitFor();
      expect(problems).toEqual([]);
    });
  });
});
