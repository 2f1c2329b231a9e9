import { expect, setDefaultTimeout, test } from "bun:test";
import type { Frame, Page } from "playwright-core";
import { bundle } from "../../../sdk/bundle.ts";
import { letIn } from "../../support/devices";
import { freshAccount, freshName } from "../../support/players";
import { inBrowser } from "../support/in-browser.ts";
import { failure } from "../support/web-game.ts";

setDefaultTimeout(60_000);

inBrowser("Where a browser can show no page", (at) => {
  /** The game in a frame of a page of another site, which allows it so much. */
  async function openFramed(sandbox: string): Promise<{ page: Page; frame: Frame }> {
    const page = await at.context.newPage();
    await page.goto(`${at.game.foreignOrigin}/sandbox/${sandbox}`);
    const frame = page.frames()[1]!;
    await frame.waitForFunction(() => globalThis.oauth);
    return { page, frame };
  }

  /** The code that the game shows, once it does. */
  async function codeIn(frame: Frame | Page): Promise<string> {
    const shown = await frame.waitForFunction(() => {
      const status = globalThis.oauth?.getLoginStatus();
      return status?.state === "in_progress" && status.qrSvg && status.userCode;
    });
    return String(await shown.jsonValue());
  }

  const emailIn = async (frame: Frame | Page) => {
    await frame.waitForFunction(() => oauth.isLoggedIn());
    return frame.evaluate(() => oauth.getUser()?.email);
  };

  test("a frame without an origin signs in by a code, refreshes, renames its player and signs out", async () => {
    const account = freshAccount();
    const { page, frame } = await openFramed("allow-scripts");
    expect(await frame.evaluate(() => origin)).toBe("null");
    await frame.click("#popup");
    await letIn(at.server, await codeIn(frame), account);
    expect(await emailIn(frame)).toBe(account);
    const name = freshName();
    expect(await frame.evaluate((name) => oauth.updateUsername(name).then((user) => user.name), name)).toBe(
      name,
    );
    expect(await frame.evaluate(() => oauth.updatePicture("chef_2").then(({ picture }) => picture))).toBe(
      "chef_2",
    );
    expect(await frame.evaluate(() => oauth.refreshTokens().then(({ name }) => name))).toBe(name);
    // Memory alone keeps the session, and the game hears of that once.
    expect(await frame.evaluate(() => warnings)).toEqual(["The session cannot be stored."]);
    await frame.evaluate(() => oauth.logout());
    expect(await frame.evaluate(() => [oauth.isLoggedIn(), events.at(-1)])).toEqual([
      false,
      "status:not_started",
    ]);
    await frame.click("#popup");
    await letIn(at.server, await codeIn(frame), account);
    expect(await emailIn(frame)).toBe(account);
    await page.reload();
    const anew = page.frames()[1]!;
    await anew.waitForFunction(() => globalThis.oauth);
    expect(await anew.evaluate(() => oauth.loadStoredCredentials())).toBe(false);
  });

  test("a frame without an origin that asks for a page is told that it cannot be", async () => {
    const { frame } = await openFramed("allow-scripts+allow-popups");
    for (const mode of ["popup", "redirect"] as const) {
      const code = await frame.evaluate(
        (mode) =>
          oauth.login({ mode }).then(
            () => "signed in",
            ({ code }) => code,
          ),
        mode,
      );
      expect(code).toBe("origin_unsupported");
    }
  });

  test("a frame whose popup is blocked in a click goes by a code; without a click it is told to wait for one", async () => {
    const account = freshAccount();
    const { frame } = await openFramed("allow-scripts+allow-same-origin");
    const withoutClick = await frame.evaluate(() => {
      // What the test calls counts as a click.
      Object.defineProperty(navigator, "userActivation", { value: { isActive: false }, configurable: true });
      return oauth.login().then(
        () => "signed in",
        ({ code }) => code,
      );
    });
    expect(withoutClick).toBe("popup_blocked");
    await frame.evaluate(() => Reflect.deleteProperty(navigator, "userActivation"));
    await frame.click("#popup");
    await letIn(at.server, await codeIn(frame), account);
    expect(await emailIn(frame)).toBe(account);
  });

  test("a popup that is blocked on a page of its own is popup_blocked as ever, click or not", async () => {
    const page = await at.game.open(at.context);
    await page.evaluate(() => {
      window.open = () => null;
    });
    await page.click("#popup");
    expect(await failure(page)).toBe("popup_blocked");
  });

  test("a worker goes by a code", async () => {
    const account = freshAccount();
    const page = await at.context.newPage();
    await page.goto(`${at.game.origin}/framed`);
    await page.evaluate(async (backendUrl) => {
      const sdk = await (await fetch("/account-sdk.js")).text();
      const work = `${sdk};
        const oauth = new RobotouilleAccount.OAuthManager({ backendUrl: "${backendUrl}", callbacks: "immediate", warn() {} });
        oauth.on("status", ({ state, userCode, user }) => postMessage([state, userCode, user?.email]));
        oauth.login();`;
      const worker = new Worker(URL.createObjectURL(new Blob([work])));
      globalThis.told = [];
      worker.onmessage = ({ data }) => told.push(data);
    }, at.server.origin);
    const shown = await page.waitForFunction(() => told.findLast(([, userCode]) => userCode)?.[1]);
    await letIn(at.server, String(await shown.jsonValue()), account);
    await page.waitForFunction(() => told.at(-1)?.[0] === "success");
    expect(await page.evaluate(() => told.at(-1)?.[2])).toBe(account);
  });

  test("a page from a file goes by a code", async () => {
    const account = freshAccount();
    const page = await at.context.newPage();
    await page.goto(`file://${import.meta.dir}`);
    await page.addScriptTag({ content: await bundle("account-sdk.js") });
    await page.evaluate((backendUrl) => {
      globalThis.oauth = new RobotouilleAccount.OAuthManager({ backendUrl, callbacks: "immediate" });
      void oauth.login().catch(() => {});
    }, at.server.origin);
    await letIn(at.server, await codeIn(page), account);
    expect(await emailIn(page)).toBe(account);
  });

  test("a page that can show another one goes by a code where the game asks for it, bound to its key", async () => {
    const account = freshAccount();
    const page = await at.game.open(at.context);
    const sent: (string | undefined)[] = [];
    page.on("request", (request) => {
      if (request.url().endsWith("/oauth/token")) sent.push(request.headers().dpop);
    });
    await page.evaluate(() => void oauth.login({ mode: "code" }).catch(() => {}));
    await letIn(at.server, await codeIn(page), account);
    expect(await emailIn(page)).toBe(account);
    expect(sent.every(Boolean)).toBe(true);
    expect(await page.evaluate(() => Object.values(localStorage).join())).toContain('"bound":true');
    await page.evaluate(() => oauth.refreshTokens());
    await page.reload();
    expect(await emailIn(page)).toBe(account);
    expect(await page.evaluate(() => [violations, warnings])).toEqual([[], []]);
  });

  test("a popup takes the place of a code that waits, and a code that of a popup", async () => {
    const page = await at.game.open(at.context);
    await page.evaluate(() => void oauth.login({ mode: "code" }).catch(() => {}));
    await codeIn(page);
    const [popup] = await Promise.all([page.waitForEvent("popup"), page.click("#popup")]);
    expect(await page.evaluate(() => JSON.stringify(oauth.getLoginStatus()))).not.toContain("userCode");
    const closed = popup.waitForEvent("close");
    await page.evaluate(() => void oauth.login({ mode: "code" }).catch(() => {}));
    await closed;
    await codeIn(page);
  });
});

declare global {
  /** What the worker has told its page: the state, the code and the player's email. */
  var told: [state: string, userCode?: string, email?: string][];
}
