import { expect, setDefaultTimeout, test } from "bun:test";
import { bundle } from "../../../sdk/bundle.ts";
import { inBrowser } from "../support/in-browser.ts";
import { signInAtBrowser } from "../support/player.ts";
import { failure, signedIn, signInWithPopup } from "../support/web-game.ts";

setDefaultTimeout(30_000);

const APP_LINK = "com.studio.game:/cb";

inBrowser("Pages of every kind", (at) => {
  for (const path of [
    "coop/same-origin/",
    "coop/same-origin/require-corp",
    "coop/same-origin-allow-popups/",
    "coop/same-origin-allow-popups/require-corp",
  ]) {
    test(`${path}: a popup signs in, however long the player chooses`, async () => {
      const page = await at.context.newPage();
      await page.goto(`${at.game.origin}/${path}`);
      const [popup] = await Promise.all([at.context.waitForEvent("page"), page.click("#popup")]);
      await popup.getByRole("button", { name: /Ada/ }).waitFor();
      await page.waitForTimeout(2_500);
      expect(await page.evaluate(() => oauth.getLoginStatus().state)).toBe("in_progress");
      await popup.getByRole("button", { name: /Ada/ }).click();
      expect(await signedIn(page)).toBe("ada@players.example");
      if (!popup.isClosed()) expect(popup.url()).not.toContain("code=");
    });
  }

  for (const path of ["coop/same-origin/", "coop/same-origin/require-corp"]) {
    test(`${path}: a popup that is seen in the moment it is cut off is not taken for closed`, async () => {
      // Looks often enough to meet that moment, which lasts 10 ms, every time; then the game stands still in it.
      await at.context.addInitScript(() => {
        const realSetInterval = globalThis.setInterval.bind(globalThis);
        const realOpen = globalThis.open.bind(globalThis);
        let popup: Window | null = null;
        let stoodStill = false;
        globalThis.open = (...of) => {
          popup = realOpen(...of);
          return popup;
        };
        const isElsewhere = () => {
          try {
            return popup?.closed === false && !popup.location.href;
          } catch {
            return true;
          }
        };
        globalThis.setInterval = ((work: () => void) =>
          realSetInterval(() => {
            work();
            if (stoodStill || !isElsewhere()) return;
            stoodStill = true;
            const until = performance.now() + 600;
            while (performance.now() < until);
            work();
          }, 2)) as typeof setInterval;
      });
      const page = await at.context.newPage();
      await page.goto(`${at.game.origin}/${path}`);
      const [popup] = await Promise.all([at.context.waitForEvent("page"), page.click("#popup")]);
      await popup.getByRole("button", { name: /Ada/ }).waitFor();
      await page.waitForTimeout(1_000);
      expect(await page.evaluate(() => oauth.getLoginStatus())).toMatchObject({ state: "in_progress" });
      await popup.getByRole("button", { name: /Ada/ }).click();
      expect(await signedIn(page)).toBe("ada@players.example");
    });
  }

  test("a page that is loaded anew while its popup is open gets the popup's answer", async () => {
    const page = await at.game.open(at.context);
    const [popup] = await Promise.all([page.waitForEvent("popup"), page.click("#popup")]);
    await popup.getByRole("button", { name: /Ada/ }).waitFor();
    await page.reload();
    expect(await page.evaluate(() => oauth.loadStoredCredentials())).toBe(false);
    await popup.getByRole("button", { name: /Ada/ }).click();
    expect(await signedIn(page)).toBe("ada@players.example");
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  });

  test("a second manager of another backend takes neither the popup's nor the redirect's answer", async () => {
    const asked: string[] = [];
    at.context.on("request", (request) => asked.push(request.url()));
    await at.context.addInitScript(() => {
      addEventListener("DOMContentLoaded", () => {
        const options = { backendUrl: "http://localhost:9", warn: () => {} };
        new RobotouilleAccount.OAuthManager(options);
      });
    });
    const page = await at.game.open(at.context);
    expect(await signInWithPopup(page, /Ada/)).toBe("ada@players.example");
    await page.evaluate(() => oauth.logout());
    await page.click("#redirect");
    await page.getByRole("button", { name: /Bruno/ }).click();
    expect(await signedIn(page)).toBe("bruno@players.example");
    expect(asked.filter((url) => url.startsWith("http://localhost:9/"))).toEqual([]);
  });

  test("in a frame redirect is redirect_in_frame and leaves the game where it is; a popup signs in", async () => {
    const page = await at.context.newPage();
    await page.goto(`${at.game.origin}/frame`);
    const frame = page.frames()[1]!;
    await frame.click("#redirect");
    await frame.waitForFunction(() => oauth.getLoginStatus().state === "failed");
    expect(await frame.evaluate(() => JSON.stringify(oauth.getLoginStatus()))).toContain("redirect_in_frame");
    expect(frame.url()).toBe(`${at.game.origin}/framed`);
    const [popup] = await Promise.all([page.waitForEvent("popup"), frame.click("#popup")]);
    await popup.getByRole("button", { name: /Ada/ }).click();
    await frame.waitForFunction(() => oauth.isLoggedIn());
  });

  test("a frame that shares no channel with its popup, as with partitioned storage, gets its answer", async () => {
    // What the browser's storage partitions do to a channel; the test browser does without them.
    await at.context.addInitScript(() => {
      if (window === top) return;
      const Channel = globalThis.BroadcastChannel;
      globalThis.BroadcastChannel = class extends Channel {
        constructor(name: string) {
          super(`partition of the portal: ${name}`);
        }
      };
    });
    const page = await at.context.newPage();
    await page.goto(`${at.game.origin}/frame`);
    const frame = page.frames()[1]!;
    const [popup] = await Promise.all([page.waitForEvent("popup"), frame.click("#popup")]);
    await popup.getByRole("button", { name: /Ada/ }).click();
    await frame.waitForFunction(() => oauth.isLoggedIn());
  });

  test("a page from a file is origin_unsupported at once, for popup and redirect", async () => {
    const page = await at.context.newPage();
    await page.goto(`file://${import.meta.dir}`);
    await page.addScriptTag({ content: await bundle("account-sdk.js") });
    for (const mode of ["popup", "redirect"] as const) {
      const code = await page.evaluate(
        ([backendUrl, mode]) =>
          new RobotouilleAccount.OAuthManager({ backendUrl: backendUrl!, warn: () => {} })
            .login({ mode: mode as "popup" })
            .then(
              () => "signed in",
              ({ code }) => code,
            ),
        [at.server.origin, mode],
      );
      expect(code).toBe("origin_unsupported");
    }
  });

  test("a worker that asks for a popup is window_missing at once", async () => {
    const page = await at.context.newPage();
    await page.goto(`${at.game.origin}/frame`);
    const code = await page.evaluate(async (backendUrl) => {
      const sdk = await (await fetch("/account-sdk.js")).text();
      const work = `${sdk};
          new RobotouilleAccount.OAuthManager({ backendUrl: "${backendUrl}", warn() {} })
            .login({ mode: "popup" }).then(() => postMessage("signed in"), ({ code }) => postMessage(code));`;
      const worker = new Worker(URL.createObjectURL(new Blob([work])));
      return new Promise((resolve) => {
        worker.onmessage = ({ data }) => resolve(data);
      });
    }, at.server.origin);
    expect(code).toBe("window_missing");
  });

  test("make, dispose, make in one turn on the return page of a redirect keeps the sign-in", async () => {
    await at.context.addInitScript((backendUrl) => {
      let remade: typeof oauth;
      Object.defineProperty(globalThis, "oauth", {
        get: () => remade,
        set(made: typeof oauth) {
          made.dispose();
          remade = new RobotouilleAccount.OAuthManager({ backendUrl, callbacks: "immediate" });
        },
      });
    }, at.server.origin);
    const page = await at.game.open(at.context);
    await page.click("#redirect");
    await page.getByRole("button", { name: /Ada/ }).click();
    expect(await signedIn(page)).toBe("ada@players.example");
    expect(page.url()).toBe(`${at.game.origin}/`);
  });

  test("localStorage.clear() under a running game is a sign-out within a second, here and in other tabs", async () => {
    const [one, two] = [await at.game.open(at.context), await at.game.open(at.context)];
    await signInWithPopup(one, /Ada/);
    await signedIn(two);
    await one.waitForTimeout(600);
    const cleared = await one.evaluate(() => {
      localStorage.clear();
      return Date.now();
    });
    for (const page of [one, two]) {
      await page.waitForFunction(() => events.includes("logout"));
      const moment = await page.evaluate(() => moments[events.indexOf("logout")] ?? 0);
      expect(moment - cleared).toBeLessThan(1_000);
      expect(await page.evaluate(() => oauth.isLoggedIn())).toBe(false);
    }
  });

  test("an app's host opens the system browser and hands its link to completeLogin, also after a new start", async () => {
    const page = await at.game.open(at.context);
    // The link is configured at the server; here a loopback page stands for it.
    const link = "http://127.0.0.1:5000/cb";
    const start = () =>
      page.evaluate(
        ([backendUrl, redirectUri]) => {
          globalThis.opened = [];
          const options = { backendUrl: backendUrl!, redirectUri: redirectUri!, warn: () => {} };
          globalThis.oauth = new RobotouilleAccount.OAuthManager({
            ...options,
            callbacks: "immediate",
            openUrl: (url) => opened.push(url),
          });
        },
        [at.server.origin, link],
      );
    const complete = (url: string) =>
      page.evaluate(
        (url) =>
          oauth.completeLogin(url).then(
            ({ email }) => email,
            ({ code }) => code,
          ),
        url,
      );
    for (const restart of [false, true]) {
      await start();
      await page.evaluate(() => void oauth.login().catch(() => {}));
      await page.waitForFunction(() => opened.length > 0);
      const answer = await signInAtBrowser(await page.evaluate(() => opened[0] ?? ""));
      if (restart) await page.evaluate(() => oauth.dispose()).then(start);
      const forged = new URL(answer);
      forged.searchParams.set("state", "account-app.forged");
      for (const wrong of [forged.href, `${APP_LINK}${answer.search}`, "", "https://", "com.studio.game:"]) {
        expect(await complete(wrong)).toBe("state_mismatch");
      }
      expect(await complete(answer.href)).toBe("ada@players.example");
      expect(await complete(answer.href)).toBe("state_mismatch");
      await page.evaluate(() => oauth.logout());
      expect(await page.evaluate(() => localStorage.length)).toBe(0);
    }
  });

  test("openUrl without a redirectUri is redirect_uri_invalid", async () => {
    const page = await at.game.open(at.context);
    await page.evaluate((backendUrl) => {
      globalThis.oauth = new RobotouilleAccount.OAuthManager({
        backendUrl,
        openUrl: () => {},
        warn: () => {},
      });
      void oauth.login().catch(() => {});
    }, at.server.origin);
    expect(await failure(page)).toBe("redirect_uri_invalid");
  });
});

declare global {
  /** What the host was asked to open. */
  var opened: string[];
}
