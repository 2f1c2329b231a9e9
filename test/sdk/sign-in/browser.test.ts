import { expect, setDefaultTimeout, test } from "bun:test";
import { chromium, type Page } from "playwright-core";
import { chromiumPath } from "../../support/chromium";
import { freshAccount, googleTokens } from "../../support/players";
import { inBrowser } from "../support/in-browser.ts";
import { failure, signedIn, signInWithPopup } from "../support/web-game.ts";

setDefaultTimeout(30_000);

inBrowser("In a browser", (at) => {
  test("C36 a click, a popup and the account picker sign in under a strict CSP", async () => {
    const page = await at.game.open(at.context);
    expect(await signInWithPopup(page, /Ada/)).toBe("ada@players.example");
    expect(await page.evaluate(() => events)).toEqual([
      "status:in_progress",
      "status:in_progress",
      expect.stringMatching(/^login:/),
      expect.stringMatching(/^user:/),
      "status:success",
    ]);
    expect(await page.evaluate(() => violations)).toEqual([]);
    expect(page.url()).toBe(`${at.game.origin}/`);
  });

  test("the popup is opened before login returns, so that the click still counts", async () => {
    const page = await at.game.open(at.context);
    const opened = await page.evaluate(() => {
      let calls = 0;
      const { open } = window;
      window.open = (...options) => {
        calls++;
        return open(...options);
      };
      oauth.login();
      return calls;
    });
    expect(opened).toBe(1);
  });

  test("a full-page redirect signs in, clears the code from the address bar and keeps the game's own query", async () => {
    const page = await at.game.open(at.context, "?room=42#kitchen");
    await page.click("#redirect");
    await page.getByRole("button", { name: /Bruno/ }).click();
    await page.waitForURL(`${at.game.origin}/**`);
    expect(await signedIn(page)).toBe("bruno@players.example");
    expect(page.url()).toBe(`${at.game.origin}/?room=42#kitchen`);
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    await page.reload();
    expect(await signedIn(page)).toBe("bruno@players.example");
  });

  test("coming back from a redirect without having signed in leaves a game that can try again", async () => {
    const page = await at.game.open(at.context);
    await page.click("#redirect");
    await page.getByRole("button", { name: /Bruno/ }).waitFor();
    await page.goBack();
    await page.waitForFunction(() => globalThis.oauth?.getLoginStatus().state !== "in_progress");
    expect(await signInWithPopup(page, /Ada/)).toBe("ada@players.example");
  });

  test("C23 a redirect that this tab never started is state_mismatch, and its code is not sent", async () => {
    const sent: string[] = [];
    at.context.on("request", (request) => sent.push(request.url()));
    const page = await at.game.open(at.context, "?code=stolen&state=account-redirect.forged");
    expect(await failure(page)).toBe("state_mismatch");
    expect(page.url()).toBe(`${at.game.origin}/`);
    expect(sent.filter((url) => url.includes("/api/"))).toEqual([]);
  });

  test("a game's own ?code=…&state=… is none of our business", async () => {
    const page = await at.game.open(at.context, "?code=room-42&state=lobby");
    expect(await page.evaluate(() => oauth.getLoginStatus())).toEqual({ state: "not_started" });
    expect(page.url()).toBe(`${at.game.origin}/?code=room-42&state=lobby`);
  });

  test("C25 two tabs that sign in at once keep their verifiers, whichever comes back first", async () => {
    const other = await at.browser.newContext();
    const pages = [await at.game.open(at.context), await at.game.open(other)];
    for (const page of pages) await page.click("#redirect");
    for (const page of pages) await page.getByRole("button", { name: /Chlo/ }).waitFor();
    await pages[1]!.getByRole("button", { name: /Chlo/ }).click();
    expect(await signedIn(pages[1]!)).toBe("chloe@players.example");
    await pages[0]!.getByRole("button", { name: /Ada/ }).click();
    expect(await signedIn(pages[0]!)).toBe("ada@players.example");
    await other.close();
  });

  test("C26 a popup that the browser blocks is popup_blocked", async () => {
    const strict = await chromium.launch({
      executablePath: chromiumPath() ?? "",
      args: ["--no-sandbox", "--disable-gpu"],
      ignoreDefaultArgs: ["--disable-popup-blocking"],
    });
    try {
      const page = await strict.newPage();
      await page.goto(at.game.origin);
      await withoutClick(page, "oauth.login()");
      expect(await failure(page)).toBe("popup_blocked");
    } finally {
      await strict.close();
    }
  });

  test("C26 a popup that the player closes is cancelled, and the next click works", async () => {
    const page = await at.game.open(at.context);
    const [popup] = await Promise.all([page.waitForEvent("popup"), page.click("#popup")]);
    await popup.getByRole("button", { name: /Ada/ }).waitFor();
    // As long as a player takes to look and change their mind, who then looks at the game again.
    await page.waitForTimeout(1_000);
    await popup.close();
    await page.bringToFront();
    expect(await failure(page)).toBe("cancelled");
    expect(await signInWithPopup(page, /Ada/)).toBe("ada@players.example");
  });

  test("C26 a popup that nobody uses is login_timeout, and goes away", async () => {
    const page = await at.context.newPage();
    await page.goto(at.game.origin);
    await page.evaluate(() => {
      sessionStorage.options = JSON.stringify({ loginTimeoutSeconds: 1 });
    });
    await page.reload();
    const [popup] = await Promise.all([page.waitForEvent("popup"), page.click("#popup")]);
    // Of the one second some may have gone by.
    if (!popup.isClosed()) await popup.waitForEvent("close");
    expect(await failure(page)).toBe("login_timeout");
  });

  test("a popup whose close the browser loses goes away all the same", async () => {
    const page = await at.game.open(at.context);
    await page.evaluate(() => {
      const realOpen = window.open.bind(window);
      window.open = (...of) => {
        const popup = realOpen(...of) as Window;
        let isLost = false;
        const close = () => {
          if (isLost) popup.close();
          isLost = true;
        };
        return new Proxy(popup, {
          get: (_, member) => (member === "close" ? close : Reflect.get(popup, member)),
        });
      };
    });
    const [popup] = await Promise.all([page.waitForEvent("popup"), page.click("#popup")]);
    await popup.getByRole("button", { name: /Ada/ }).waitFor();
    const closed = popup.waitForEvent("close");
    await page.evaluate(() => oauth.logout());
    await closed;
  });

  test("a sign-in that is given up before its address is made leaves no popup behind, and none comes later", async () => {
    const page = await at.game.open(at.context);
    await page.evaluate(() => {
      const digest = crypto.subtle.digest.bind(crypto.subtle);
      crypto.subtle.digest = async (...of) => {
        await new Promise((resume) => addEventListener("resume", resume));
        return digest(...of);
      };
    });
    const opened: Page[] = [];
    page.on("popup", (popup) => opened.push(popup));
    // What was made ahead serves the first click alone.
    for (let click = 0; click < 2; click++) {
      await Promise.all([page.waitForEvent("popup"), page.click("#popup")]);
      await page.evaluate(() => oauth.logout());
    }
    await page.evaluate(() => dispatchEvent(new Event("resume")));
    await page.waitForTimeout(1_000);
    expect(opened.length).toBe(2);
    for (const popup of opened) expect(popup.isClosed()).toBe(true);
    expect(await page.evaluate(() => Object.keys(sessionStorage))).toEqual([]);
  });

  test("a second click while the popup is open brings it back instead of a second one", async () => {
    const page = await at.game.open(at.context);
    const [popup] = await Promise.all([page.waitForEvent("popup"), page.click("#popup")]);
    await popup.getByRole("button", { name: /Ada/ }).waitFor();
    await page.click("#popup");
    await popup.getByRole("button", { name: /Ada/ }).click();
    expect(await signedIn(page)).toBe("ada@players.example");
    expect(at.context.pages()).toHaveLength(1);
  });

  test("C27 a message of another origin, type or nonce is not the popup's", async () => {
    const page = await at.game.open(at.context);
    const [popup] = await Promise.all([page.waitForEvent("popup"), page.click("#popup")]);
    await popup.getByRole("button", { name: /Ada/ }).waitFor();
    const state = await page.evaluate(() => {
      const status = oauth.getLoginStatus();
      const url = "url" in status ? status.url : "";
      return new URL(url ?? "").searchParams.get("state") ?? "";
    });
    const query = `?code=evil&state=${state}`;
    const type = "account-sdk:answer";
    // Same origin, wrong type or nonce.
    await page.evaluate(
      (messages) => {
        for (const message of messages) postMessage(message, "*");
      },
      [
        { type: "other", nonce: state, query },
        { type, nonce: "other", query },
        { type, nonce: [state], query },
        null,
        "text",
      ],
    );
    // Right in everything but its origin.
    const [foreign] = await Promise.all([
      page.waitForEvent("popup"),
      page.evaluate((url) => void open(url), at.game.foreignOrigin),
    ]);
    await foreign.waitForLoadState();
    await foreign.evaluate((message) => opener.postMessage(message, "*"), { type, nonce: state, query });
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 100)));
    expect(await page.evaluate(() => oauth.getLoginStatus().state)).toBe("in_progress");
    await popup.getByRole("button", { name: /Ada/ }).click();
    expect(await signedIn(page)).toBe("ada@players.example");
  });

  test("C24 on a page without WebCrypto the sign-in is crypto_unavailable, and the popup goes away", async () => {
    await at.context.addInitScript(() => Object.defineProperty(crypto, "subtle", { value: undefined }));
    const page = await at.game.open(at.context);
    await page.click("#popup");
    expect(await failure(page)).toBe("crypto_unavailable");
    expect(at.context.pages()).toHaveLength(1);
  });

  test("a redirectUri of another origin is refused before anything opens for good", async () => {
    const page = await at.game.open(at.context);
    await page.evaluate(() => {
      sessionStorage.options = JSON.stringify({ redirectUri: "https://evil.example/" });
    });
    await page.reload();
    await page.click("#popup");
    expect(await failure(page)).toBe("redirect_uri_invalid");
  });

  test("a Google One Tap credential signs in, with its nonce and not without", async () => {
    const page = await at.game.open(at.context);
    const email = freshAccount();
    const { id_token } = await googleTokens(at.server, { account: email, nonce: "n-1" });
    const login = (nonce: string) =>
      page.evaluate(
        ([token, nonce]) =>
          oauth.loginWithIdToken(token!, nonce).then(
            ({ email }) => email,
            ({ code }) => code,
          ),
        [id_token, nonce],
      );
    expect(await login("n-2")).toBe("google_token_invalid");
    expect(await login("n-1")).toBe(email);
  });

  test("rename, refresh, fetch and sign-out work from another origin", async () => {
    const page = await at.game.open(at.context);
    await signInWithPopup(page, /Ada/);
    const results = await page.evaluate(async (backend) => {
      const { name } = await oauth.updateUsername("Browser Chef");
      const { picture } = await oauth.updatePicture("chef_2");
      const refreshed = await oauth.refreshTokens();
      const taken = await oauth.updateUsername("x").catch(({ code, reason }) => [code, reason]);
      const me = await (await oauth.fetch(`${backend}/api/me`)).json();
      await oauth.logout();
      return {
        name,
        picture,
        refreshed: refreshed.name,
        taken,
        me: me.user.name,
        left: localStorage.length,
      };
    }, at.server.origin);
    expect(results).toEqual({
      name: "Browser Chef",
      picture: "chef_2",
      refreshed: "Browser Chef",
      taken: ["username_invalid", expect.any(String)],
      me: "Browser Chef",
      left: 0,
    });
  });

  test("a redirect of the account server gets no token of a page, and signs nobody out", async () => {
    const page = await at.game.open(at.context);
    await signInWithPopup(page, /Ada/);
    const moved: string[] = [];
    page.on("request", (request) => {
      if (request.url().endsWith("/moved")) moved.push(request.postData() ?? "");
    });
    await page.route("**/api/refresh", (route) =>
      route.fulfill({
        status: 307,
        headers: { location: `${at.server.origin}/moved`, "access-control-allow-origin": at.game.origin },
      }),
    );
    const refreshed = await page.evaluate(() => oauth.refreshTokens().catch(({ code }) => code));
    expect(refreshed).toBe("network_error");
    expect(await page.evaluate(() => oauth.isLoggedIn())).toBe(true);
    expect(moved).toEqual([]);
  });
});

/** Runs code that no click stands behind, as a game loop does; evaluate would count as one. */
async function withoutClick(page: Page, expression: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("Runtime.evaluate", { expression, userGesture: false });
}
