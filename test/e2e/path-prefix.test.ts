import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { chromiumPath, launchChromium } from "../support/chromium";
import { openEmbeddedForTest } from "../support/databases";
import { haproxyAvailable, startHaproxy } from "../support/haproxy";
import { nginxAvailable, startNginx } from "../support/nginx";
import { freePort } from "../support/postgres";
import { get } from "../support/requests";
import { startTestServer } from "../support/server";

/** As operators write it: players see the prefix, the server does not. */
const STRIP_PREFIX = ["option httpchk GET /health/ready", "http-request replace-path ^/accounts(/.*)$ \\1"];

type Proxy = {
  available(): boolean;
  start(world: AsyncDisposableStack, server: { origin: string }, port: number): Promise<void>;
};

const PROXIES: Record<string, Proxy> = {
  HAProxy: {
    available: haproxyAvailable,
    async start(world, server, port) {
      const haproxy = await startHaproxy(server, STRIP_PREFIX, port);
      world.defer(() => haproxy.stop());
      expect(await haproxy.checkStatus()).toBe("L7OK 200");
    },
  },
  nginx: {
    available: nginxAvailable,
    start: (world, server, port) => startNginx(world, server, "/accounts", port),
  },
};

describe.each(Object.keys(PROXIES))("behind %s with a path prefix", (name) => {
  const proxy = PROXIES[name] as Proxy;
  if (!proxy.available()) return test.skip("is not installed", () => {});
  const world = new AsyncDisposableStack();
  let origin: string;

  beforeAll(async () => {
    const port = await freePort();
    origin = `http://localhost:${port}/accounts`;
    const database = await openEmbeddedForTest();
    world.defer(() => database.close());
    const server = await startTestServer({ database, env: { SERVER_PUBLIC_URL: origin } });
    world.defer(() => server.stop());
    await proxy.start(world, server, port);
  }, 60_000);
  afterAll(() => world.disposeAsync());

  test("no redirect leaves the prefix", async () => {
    for (const [from, to] of [
      ["/play", "/play/"],
      ["/swagger/", "/swagger"],
    ]) {
      const { status, headers } = await get({ origin }, from ?? "");
      expect([status, new URL(headers.get("location") ?? "", origin + from).href]).toEqual([
        302,
        origin + to,
      ]);
    }
  });

  describe.skipIf(!chromiumPath())("in a browser", () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launchChromium();
    }, 60_000);
    afterAll(() => browser.close());

    const open = async (path: string) => {
      const page = await (await browser.newContext()).newPage();
      const outside: string[] = [];
      page.on("request", (request) => {
        const url = request.url();
        if (url.startsWith(new URL(origin).origin) && !url.startsWith(`${origin}/`)) outside.push(url);
      });
      await page.goto(origin + path);
      return { page, outside };
    };

    test("the explorer is there, signs in, and sends its requests below the prefix", async () => {
      const { page, outside } = await open("/swagger");
      const popup = page.waitForEvent("popup");
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await (await popup).getByRole("button", { name: /Ada/ }).click();
      await page.getByText("Signed in as").waitFor();
      await page.goto(`${page.url().split("#")[0]}#tag/profile/GET/api/me`);
      await page.getByRole("button", { name: /Test Request.*get \/api\/me\)/i }).click();
      const answer = page.waitForResponse((response) => response.url().endsWith("/api/me"));
      await page.getByRole("button", { name: /^Send/ }).first().click();
      expect([(await answer).url(), (await answer).status()]).toEqual([`${origin}/api/me`, 200]);
      expect(outside.filter((url) => !url.endsWith("/favicon.ico"))).toEqual([]);
    }, 60_000);

    test("the example game signs in on its own page", async () => {
      const { page, outside } = await open("/play");
      expect(page.url()).toBe(`${origin}/play/`);
      await page.evaluate(() => {
        window.open = () => null;
      });
      await page.getByRole("button", { name: "Sign in with Google" }).click();
      await page.getByRole("button", { name: "Sign in on this page instead" }).click();
      await page.getByRole("button", { name: /Bruno/ }).click();
      await page.getByText("Signed in", { exact: true }).waitFor();
      expect(page.url()).toStartWith(`${origin}/play/`);
      expect(outside.filter((url) => !url.endsWith("/favicon.ico"))).toEqual([]);
    }, 60_000);
  });
});
