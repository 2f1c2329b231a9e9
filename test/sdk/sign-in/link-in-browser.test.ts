import { expect, setDefaultTimeout, test } from "bun:test";
import type { BrowserContext, Page } from "playwright-core";
import { bundle } from "../../../sdk/bundle.ts";
import type { LoginStatus } from "../../../sdk/src/index.ts";
import { freshAccount, googleTokens } from "../../support/players";
import { inBrowser } from "../support/in-browser.ts";
import { openPopup, signedIn } from "../support/web-game.ts";

setDefaultTimeout(60_000);

inBrowser("A way in that is added in a browser", (at) => {
  /** A guest's tab, who has a stored session. */
  async function guestPage(query = ""): Promise<{ page: Page; id: number }> {
    const page = await at.game.open(at.context, query);
    const { id } = await page.evaluate(() => oauth.loginAsGuest());
    return { page, id };
  }

  /** Picks at Google's page an account that has been there: `account` is somebody's already. */
  async function pick(page: Page, account: RegExp): Promise<void> {
    await page.getByRole("button", { name: account }).click();
  }

  /** Makes one of the picker's accounts a player's with stars. */
  async function playerOf(account: string, stars: number): Promise<number> {
    const { access_token } = await googleTokens(at.server, { account });
    const response = await fetch(`${at.server.origin}/api/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ access_token }),
    });
    const { user } = (await response.json()) as { user: { id: number } };
    await at.server.database.pool.query("UPDATE users SET stars = $2 WHERE id = $1", [user.id, stars]);
    return user.id;
  }

  const status = (page: Page) => page.evaluate(() => oauth.getLoginStatus());
  const user = (page: Page) => page.evaluate(() => oauth.getUser());
  const linkFailed = (page: Page) =>
    page.waitForFunction(() => {
      const now = globalThis.oauth?.getLoginStatus();
      return now?.state === "success" && now.link?.state === "failed";
    });
  /** Why the link failed, and the stars of both players when it was a conflict. */
  const failureOf = (page: Page) =>
    page.evaluate(() => {
      const now = oauth.getLoginStatus() as Extract<LoginStatus, { state: "success" }>;
      if (now.link?.state !== "failed") throw new Error(JSON.stringify(now));
      const { code, conflict } = now.link.error;
      return { code, ...(conflict && { mine: conflict.mine.stars, theirs: conflict.theirs.stars }) };
    });

  test("C36 by a popup in the click, under a strict CSP; the other tab hears of it", async () => {
    const { page, id } = await guestPage();
    const other = await at.game.open(at.context);
    await signedIn(other);
    const popup = await openPopup(page, "#link");
    await pick(popup, /Ada/);
    for (const tab of [page, other]) {
      await tab.waitForFunction(() => oauth.getUser()?.providers.includes("google"));
      expect(await user(tab)).toMatchObject({ id, providers: ["google", "guest"] });
      expect(await status(tab)).toEqual({ state: "success", user: await user(tab) } as LoginStatus);
    }
    expect(await page.evaluate(() => oauth.unlink("google"))).toMatchObject({ id, guest: true });
    expect(await page.evaluate(() => [violations, events.includes("logout")])).toEqual([[], false]);
  });

  test("the popup is opened before link returns, and closing it leaves the player as they were", async () => {
    const { page, id } = await guestPage();
    const [popup] = await Promise.all([
      page.waitForEvent("popup"),
      page.evaluate(() => {
        let calls = 0;
        const { open } = window;
        window.open = (...options) => {
          calls++;
          return open(...options);
        };
        oauth.link("google");
        if (calls !== 1) throw new Error(`${calls} popups`);
      }),
    ]);
    await popup.getByRole("button", { name: /Ada/ }).waitFor();
    await page.waitForTimeout(1_000);
    await popup.close();
    await page.bringToFront();
    await linkFailed(page);
    expect(await failureOf(page)).toEqual({ code: "cancelled" });
    expect(await user(page)).toMatchObject({ id, guest: true });
  });

  test("by a redirect comes back to the page that was left, as a link", async () => {
    const { page, id } = await guestPage("?room=42");
    await page.click("#link-here");
    await pick(page, /Bruno/);
    await page.waitForURL(`${at.game.origin}/**`);
    await page.waitForFunction(() => globalThis.oauth?.getUser()?.providers.includes("google"));
    expect(await user(page)).toMatchObject({ id, providers: ["google", "guest"] });
    expect(page.url()).toBe(`${at.game.origin}/?room=42`);
    expect(await page.evaluate(() => events)).not.toContain("status:failed");
    await page.evaluate(() => oauth.unlink("google"));
  });

  test("by a redirect that the player refuses tells so by status, with the player signed in", async () => {
    const { page, id } = await guestPage();
    await page.click("#link-here");
    await page.getByRole("button", { name: /Bruno/ }).waitFor();
    const state = await page.evaluate(() => new URL(location.href).searchParams.get("state"));
    expect(state).not.toBeNull();
    await page.getByRole("button", { name: /Cancel/ }).click();
    await page.waitForURL(`${at.game.origin}/**`);
    await linkFailed(page);
    expect(await failureOf(page)).toEqual({ code: "access_denied" });
    expect(await user(page)).toMatchObject({ id, guest: true });
    expect(await page.evaluate(() => events)).not.toContain("status:failed");
  });

  for (const keep of ["mine", "theirs"] as const) {
    test(`by a redirect to another player's account is a conflict by status, and ${keep} goes on in both tabs`, async () => {
      const theirs = await playerOf("chloe@players.example", 9);
      const { page, id } = await guestPage();
      const other = await at.game.open(at.context);
      await signedIn(other);
      await page.click("#link-here");
      await pick(page, /Chlo/);
      await page.waitForURL(`${at.game.origin}/**`);
      await linkFailed(page);
      expect(await failureOf(page)).toEqual({ code: "identity_in_use", mine: 0, theirs: 9 });
      expect(await user(page)).toMatchObject({ id, guest: true });
      await page.evaluate((keep) => {
        const now = oauth.getLoginStatus() as Extract<LoginStatus, { state: "success" }>;
        if (now.link?.state === "failed") return oauth.resolveConflict(now.link.error.conflict!, keep);
      }, keep);
      const kept = { mine: id, theirs }[keep];
      for (const tab of [page, other]) {
        await tab.waitForFunction(
          (kept) => oauth.getUser()?.id === kept && oauth.getUser()?.stars === 9,
          kept,
        );
        expect(await tab.evaluate(() => oauth.refreshTokens())).toMatchObject({ id: kept });
        expect(await tab.evaluate(() => events)).not.toContain("logout");
      }
      expect(await status(page)).not.toHaveProperty("link");
      const [merge] = await page.evaluate(() => oauth.changes());
      const back = await page.evaluate((id) => oauth.undo(id), merge!.id);
      expect(back).toMatchObject({ id, guest: true });
      await other.waitForFunction((id) => oauth.getUser()?.id === id, id);
    });
  }

  test("a page that is loaded anew while the popup is open still links", async () => {
    const { page, id } = await guestPage();
    const popup = await openPopup(page, "#link");
    await popup.getByRole("button", { name: /Ada/ }).waitFor();
    await page.reload();
    await signedIn(page);
    await pick(popup, /Ada/);
    await page.waitForFunction(() => oauth.getUser()?.providers.includes("google"));
    expect(await user(page)).toMatchObject({ id });
    await page.evaluate(() => oauth.unlink("google"));
  });

  test("a sign-out in another tab ends it", async () => {
    const { page } = await guestPage();
    const other = await at.game.open(at.context);
    await signedIn(other);
    const popup = await openPopup(page, "#link");
    const closed = popup.waitForEvent("close");
    await popup.getByRole("button", { name: /Ada/ }).waitFor();
    await other.evaluate(() => oauth.logout());
    await closed;
    await page.waitForFunction(() => !oauth.isLoggedIn());
    expect(await status(page)).toEqual({ state: "not_started" });
  });
});

inBrowser("The module of the package, which loads a part of itself on demand", (at) => {
  /** A page with `<script type="module">`, under a CSP that lets it load scripts of its own origin and no other. */
  async function open(
    context: BrowserContext,
  ): Promise<{ page: Page; loaded: string[]; origin: string; stop(): Promise<void> }> {
    const files = new Map<string, string>(
      await Promise.all(
        (["browser.js", "browser-on-demand.js"] as const).map(
          async (name) => [`/${name}`, await bundle(name)] as const,
        ),
      ),
    );
    files.set(
      "/game.js",
      `import { AccountError, OAuthManager } from "./browser.js";
       globalThis.violations = [];
       addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective));
       globalThis.AccountError = AccountError;
       globalThis.oauth = new OAuthManager({ backendUrl: "${at.server.origin}", callbacks: "immediate" });`,
    );
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch({ url }) {
        const code = files.get(new URL(url).pathname);
        if (code) return new Response(code, { headers: { "content-type": "text/javascript" } });
        const csp = `default-src 'none'; script-src 'self'; connect-src ${at.server.origin}; require-trusted-types-for 'script'`;
        return new Response('<!doctype html><script type="module" src="/game.js"></script>', {
          headers: { "content-type": "text/html", "content-security-policy": csp },
        });
      },
    });
    const page = await context.newPage();
    const loaded: string[] = [];
    page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
    const origin = `http://localhost:${server.port}`;
    await page.goto(origin);
    await page.waitForFunction(() => globalThis.oauth);
    return { page, loaded, origin, stop: () => server.stop(true) };
  }

  test("C36 loads it with the first call that needs it, once, under a strict CSP", async () => {
    const { page, loaded, stop } = await open(at.context);
    expect(loaded).not.toContain("/browser-on-demand.js");
    await page.evaluate(() => oauth.loginAsGuest());
    const ways = await page.evaluate(async () =>
      [await oauth.identities(), await oauth.sessions()].map(({ length }) => length),
    );
    expect(ways).toEqual([1, 1]);
    expect(loaded.filter((path) => path === "/browser-on-demand.js")).toHaveLength(1);
    expect(await page.evaluate(() => violations)).toEqual([]);
    await stop();
  });

  test("that cannot be loaded is network_error, signs nobody out, and is loaded by a later call", async () => {
    const { page, stop } = await open(at.context);
    await page.route("**/browser-on-demand.js", (route) => route.abort());
    await page.evaluate(() => oauth.loginAsGuest());
    const codeOf = () =>
      page.evaluate(() =>
        oauth.identities().then(
          () => "done",
          ({ code }) => code,
        ),
      );
    expect(await codeOf()).toBe("network_error");
    expect(await page.evaluate(() => oauth.isLoggedIn())).toBe(true);
    await page.unroute("**/browser-on-demand.js");
    expect(await codeOf()).toBe("done");
    await stop();
  });

  test("its errors are the AccountError that the game checks for", async () => {
    const { page, stop } = await open(at.context);
    await page.evaluate(() => oauth.loginAsGuest());
    const isOne = await page.evaluate(() =>
      oauth.unlink("guest").then(
        () => "done",
        (error) => error instanceof (globalThis as unknown as { AccountError: typeof Error }).AccountError,
      ),
    );
    expect(isOne).toBe(true);
    await stop();
  });

  test("leaves the page for a sign-in by redirect and comes back", async () => {
    const { page, origin, stop } = await open(at.context);
    await page.evaluate(() => void oauth.login({ mode: "redirect" }));
    await page.getByRole("button", { name: /Ada/ }).click();
    await page.waitForURL(`${origin}/**`);
    expect(await signedIn(page)).toBe("ada@players.example");
    await stop();
  });
});

test("a bundler that splits code keeps the part apart, and its copy works", async () => {
  const folder = `${process.env.TMPDIR ?? "/tmp"}/account-sdk-app-${freshAccount()}`;
  for (const name of ["browser.js", "browser-on-demand.js"] as const)
    await Bun.write(`${folder}/${name}`, await bundle(name));
  await Bun.write(
    `${folder}/app.js`,
    'import { OAuthManager } from "./browser.js";\nglobalThis.made = OAuthManager;\n',
  );
  const { outputs } = await Bun.build({
    entrypoints: [`${folder}/app.js`],
    target: "browser",
    splitting: true,
    minify: true,
  });
  expect(outputs.length).toBeGreaterThan(1);
  const [app, ...parts] = await Promise.all(outputs.map((output) => output.text()));
  expect(app).not.toContain("/api/changes");
  expect(parts.join()).toContain("/api/changes");
  await Bun.$`rm -rf ${folder}`.quiet();
});
