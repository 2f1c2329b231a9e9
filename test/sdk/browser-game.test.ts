import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { type AxeResults, source } from "axe-core";
import type { BrowserContext, Frame, Locator, Page } from "playwright-core";
import { bundle } from "../../sdk/bundle.ts";
import { launchChromium } from "../support/chromium";
import { linkingAt } from "../support/linking";
import { freshAccount, freshName, signIn } from "../support/players";
import { readQr } from "../support/qr";
import { inBrowser } from "./support/in-browser.ts";

setDefaultTimeout(60_000);

declare global {
  /** What axe-core leaves in a page. */
  var axe: { run(): Promise<AxeResults> };
}

inBrowser("The browser game's account", (at) => {
  async function open(context: BrowserContext = at.context): Promise<Page> {
    const page = await context.newPage();
    await page.goto(`${at.server.origin.replace("127.0.0.1", "localhost")}/play/`);
    await page.getByRole("button", { name: "Sign in with Google" }).waitFor();
    return page;
  }

  async function playAsGuest(context?: BrowserContext): Promise<Page> {
    const page = await open(context);
    await page.click("#guest");
    await page.waitForSelector("#player:not([hidden])");
    return page;
  }

  const nameOn = (page: Page) => page.textContent("#name").then((name) => name ?? "");

  async function openAccount(page: Page): Promise<void> {
    await page.click("#open-account");
    await page.waitForSelector("#devices li");
  }

  async function showCode(page: Page): Promise<string> {
    await page.click("#show-code");
    await page.waitForSelector("#code-shown:not([hidden])");
    return (await page.textContent("#code")) ?? "";
  }

  /** At Google's page, as an account that has never been there. */
  async function pickFresh(page: Page, email: string): Promise<void> {
    await page.getByText("Add your own").click();
    await page.locator('[name="email"]').fill(email);
    await page.locator('[name="name"]').fill("Wendy Sage");
    await page.getByRole("button", { name: "Add and continue" }).click();
  }

  /** The player looks at the popup meanwhile; a headless Chromium says of every page that it is looked at. */
  async function pickInPopup(page: Page, button: Locator, email: string): Promise<void> {
    const [popup] = await Promise.all([page.waitForEvent("popup"), button.click()]);
    await page.evaluate(() => {
      document.hasFocus = () => false;
    });
    await pickFresh(popup, email);
  }

  /** What a match would do; the guest hears of it with the next sign-in. */
  async function earn(page: Page, stars: number): Promise<void> {
    await at.server.database.pool.query("UPDATE users SET stars = $1 WHERE name = $2", [
      stars,
      await nameOn(page),
    ]);
    await openAccount(page);
    await page.click("#logout");
    await page.click("#guest");
    await page.locator("#progress").getByText(`★ ${stars}`).waitFor();
  }

  /** A guest with 3 stars, who links an account that is a player with 9. */
  async function meetConflict(): Promise<{ page: Page; mine: string; theirs: string }> {
    const account = freshAccount();
    const session = await signIn(at.server, { account });
    await linkingAt(at.server).earn(session, 9, 0);
    const page = await playAsGuest();
    await earn(page, 3);
    await pickInPopup(page, page.locator("#hint").getByRole("button", { name: "Add Google" }), account);
    await page.getByRole("dialog", { name: "Which chef goes on?" }).waitFor();
    return { page, mine: await nameOn(page), theirs: session.user.name };
  }

  const notice = (page: Page, text: string | RegExp) => page.locator("#notices").getByText(text).waitFor();
  const waitForName = (page: Page, name: string) =>
    page.waitForFunction((name) => document.querySelector("#name")?.textContent === name, name);

  /** What axe-core calls serious or critical, in light and in dark. */
  async function barriers(page: Page): Promise<string[]> {
    const found: string[] = [];
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(`${source};undefined`);
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      for (const { impact, id, nodes } of violations) {
        if (impact === "serious" || impact === "critical")
          found.push(`${colorScheme} ${id} ${nodes.map(({ target }) => target).join()}`);
      }
    }
    return found;
  }

  test("one press begins the game as a guest, who is the same after a reload", async () => {
    const page = await playAsGuest();
    const name = await nameOn(page);
    expect(await page.textContent("#progress")).toBe("Guest · Level 1 · ★ 0");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("game");
    await page.reload();
    await page.waitForSelector("#player:not([hidden])");
    expect(await nameOn(page)).toBe(name);
    expect(await page.isVisible("#welcome")).toBe(false);
    await openAccount(page);
    await page.click("#logout");
    await page.click("#guest");
    await page.waitForSelector("#player:not([hidden])");
    expect(await nameOn(page)).toBe(name);
  });

  test("a guest with stars is asked to keep them, links Google in a popup, and takes it back at once", async () => {
    const page = await playAsGuest();
    expect(await page.isVisible("#hint")).toBe(false);
    await earn(page, 3);
    const name = await nameOn(page);
    await page.getByText("Keep your stars on every device").waitFor();
    const add = page.locator("#hint").getByRole("button", { name: "Add Google" });
    await pickInPopup(page, add, freshAccount());
    await notice(page, "Google added. You can take it back for 30 days.");
    expect(await page.isVisible("#hint")).toBe(false);
    expect([await nameOn(page), await page.textContent("#progress")]).toEqual([name, "Level 1 · ★ 3"]);
    await page.locator("#notices").getByRole("button", { name: "Undo" }).click();
    await notice(page, "It is as it was before.");
    expect(await page.textContent("#progress")).toBe("Guest · Level 1 · ★ 3");
  });

  test("who does not want the hint is left alone", async () => {
    const page = await playAsGuest();
    await earn(page, 3);
    await page.locator("#hint").getByRole("button", { name: "Not now" }).click();
    await page.waitForSelector("#hint", { state: "hidden" });
    await page.waitForTimeout(200);
    expect(await page.isVisible("#hint")).toBe(false);
  });

  test("where the popup is blocked, the link goes on on the page itself, and is told on the way back", async () => {
    const page = await playAsGuest();
    await openAccount(page);
    await page.evaluate(() => {
      window.open = () => null;
    });
    await page.locator("#account").getByRole("button", { name: "Add Google" }).click();
    await notice(page, "The browser blocked the window.");
    await page.getByRole("button", { name: "Open it on this page" }).click();
    await pickFresh(page, freshAccount());
    await notice(page, /^Google added/);
    await page.waitForSelector("#player:not([hidden])");
    expect(await page.textContent("#progress")).toBe("Level 1 · ★ 0");
  });

  test("the conflict shows both chefs side by side, and a key pressed in the game chooses nothing", async () => {
    const { page, mine, theirs } = await meetConflict();
    const cards = await page.locator("#pair section").allInnerTexts();
    expect(cards).toEqual([
      expect.stringMatching(new RegExp(`^Playing now[^]*${mine}[^]*★ 3[^]*Since [^]*Guest`)),
      expect.stringMatching(new RegExp(`^The other one[^]*${theirs}[^]*★ 9[^]*Since `)),
    ]);
    await page.keyboard.press("Space");
    await page.keyboard.press("Enter");
    expect(await page.isVisible("#conflict")).toBe(true);
    const names = await page
      .locator("#conflict")
      .getByRole("button")
      .evaluateAll((buttons) => buttons.map((button) => button.ariaLabel ?? button.textContent));
    expect(names).toEqual([`Keep this chef: ${mine}`, `Keep this chef: ${theirs}`, "Not now"]);
    expect(await barriers(page)).toEqual([]);
  });

  test.each(["Escape", "Not now"])("%s leaves both chefs as they are", async (way) => {
    const { page, mine } = await meetConflict();
    if (way === "Escape") await page.keyboard.press("Escape");
    else await page.getByRole("dialog").getByRole("button", { name: "Not now" }).click();
    await page.waitForSelector("#conflict", { state: "hidden" });
    expect([await nameOn(page), await page.textContent("#progress")]).toEqual([
      mine,
      "Guest · Level 1 · ★ 3",
    ]);
    await page.reload();
    await waitForName(page, mine);
    await openAccount(page);
    expect(await page.isVisible("#changes-section")).toBe(false);
  });

  test.each(["mine", "theirs"] as const)(
    "keeping %s makes one chef of two, and undoing right after gives both back",
    async (side) => {
      const { page, ...names } = await meetConflict();
      await page.getByRole("button", { name: `Keep this chef: ${names[side]}` }).click();
      await notice(page, "Two chefs became one. You can take it back for 30 days.");
      await waitForName(page, names[side]);
      expect(await page.textContent("#progress")).toBe("Level 1 · ★ 9");
      await page.locator("#notices").getByRole("button", { name: "Undo" }).click();
      await notice(page, "It is as it was before.");
      await waitForName(page, names.mine);
      expect(await page.textContent("#progress")).toBe("Guest · Level 1 · ★ 3");
    },
  );

  test("a merge is taken back in the account's dialog, long after", async () => {
    const { page, mine, theirs } = await meetConflict();
    await page.getByRole("button", { name: `Keep this chef: ${theirs}` }).click();
    await waitForName(page, theirs);
    await page.reload();
    await waitForName(page, theirs);
    await openAccount(page);
    await page.getByRole("button", { name: "Undo: Two chefs became one" }).click();
    await page.getByRole("dialog", { name: mine }).waitFor();
    await page.waitForSelector("#changes-section", { state: "hidden" });
  });

  test("a code moves a guest to another device, typed as it may be", async () => {
    const page = await playAsGuest();
    await earn(page, 3);
    await openAccount(page);
    const code = await showCode(page);
    expect(code).toMatch(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){2}$/);
    expect(await page.textContent("#code-lasts")).toMatch(/^Serves once, until /);
    await at.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.click("#copy-code");
    await page.getByText("Copied.").waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(code);

    await using another = await at.browser.newContext();
    const there = await open(another);
    await there.getByRole("button", { name: "Enter a code from another device" }).click();
    await there.fill("#code-input", "0000-0000-0000");
    await there.keyboard.press("Enter");
    await there.getByText("That code is wrong, too old, or has served already.").waitFor();
    await there.fill("#code-input", code.toLowerCase().replaceAll("-", " "));
    await there.keyboard.press("Enter");
    await waitForName(there, await nameOn(page));
    expect(await there.textContent("#progress")).toBe("Guest · Level 1 · ★ 3");
  });

  test("a code that is typed where somebody has played asks which chef goes on", async () => {
    const page = await playAsGuest();
    await openAccount(page);
    const code = await showCode(page);
    await using another = await at.browser.newContext();
    const there = await playAsGuest(another);
    await earn(there, 3);
    await openAccount(there);
    await there.click("#enter-code-here");
    await there.fill("#code-input", code);
    await there.keyboard.press("Enter");
    const name = await nameOn(page);
    await there.getByRole("button", { name: `Keep this chef: ${name}` }).click();
    await there.getByRole("dialog", { name }).waitFor();
    expect(await there.textContent("#account-progress")).toBe("Guest · Level 1 · ★ 3");
  });

  test("devices are listed and signed out, one and all", async () => {
    const account = freshAccount();
    await signIn(at.server, { account }, { device: "Tablet" });
    const page = await open();
    await pickInPopup(page, page.getByRole("button", { name: "Sign in with Google" }), account);
    await page.waitForSelector("#player:not([hidden])");
    await openAccount(page);
    const devices = page.locator("#devices li");
    expect(await devices.allInnerTexts()).toEqual([
      expect.stringMatching(/^Chrome on Linux\nThis device/),
      expect.stringMatching(/^Tablet\nLast used .*\nSign out$/),
    ]);
    await page.getByRole("button", { name: "Sign out Tablet" }).click();
    await page.waitForFunction(() => document.querySelectorAll("#devices li").length === 1);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("devices");
    await page.getByRole("button", { name: "Sign out everywhere" }).click();
    await page.waitForSelector("#welcome:not([hidden])");
    expect(await page.isVisible("#account")).toBe(false);
  });

  test("ways in are added and taken away, but for the last", async () => {
    const page = await playAsGuest();
    await openAccount(page);
    const ways = page.locator("#ways li");
    expect(await ways.allInnerTexts()).toEqual(["Guest\nA key in this browser"]);
    await pickInPopup(
      page,
      page.locator("#account").getByRole("button", { name: "Add Google" }),
      freshAccount(),
    );
    await page.getByRole("button", { name: "Take away Guest" }).click();
    await notice(page, "Guest taken away. You can take it back for 30 days.");
    await page.waitForFunction(() => document.querySelectorAll("#ways li").length === 1);
    expect(await ways.allInnerTexts()).toEqual([expect.stringMatching(/^Google\nWendy · since /)]);
  });

  test("a name that is refused is told in a plain sentence", async () => {
    const page = await playAsGuest();
    await openAccount(page);
    await page.click("#rename");
    for (const [name, sentence] of [
      ["x", "at least 3 characters"],
      ["Admin", "reserved"],
    ] as const) {
      await page.fill("#new-name", name);
      await page.keyboard.press("Enter");
      await page.locator("#rename-problem").getByText(sentence).waitFor();
    }
  });

  test("who has changed their name lately is told when they can change it again", async () => {
    const page = await playAsGuest();
    await page.route("**/api/update_username", (route) =>
      route.fulfill({
        status: 409,
        json: {
          status: "error",
          code: "username_cooldown",
          message: "Too soon.",
          next_change_at: "2031-05-14T12:00:00.000Z",
        },
      }),
    );
    await openAccount(page);
    await page.click("#rename");
    await page.keyboard.press("Enter");
    await page.getByText("You can change your name again on May 14, 2031.").waitFor();
  });

  test("the keyboard alone plays, opens the account and comes back to where it was", async () => {
    const page = await open();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#player:not([hidden])");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#devices li");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("rename");
    await page.keyboard.press("Escape");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("open-account");
  });

  test("nothing in the way of assistive technology, and nothing wider than a phone", async () => {
    const page = await open();
    await page.setViewportSize({ width: 390, height: 844 });
    const found = await barriers(page);
    await page.click("#guest");
    await page.waitForSelector("#player:not([hidden])");
    await earn(page, 3);
    found.push(...(await barriers(page)));
    await openAccount(page);
    await showCode(page);
    found.push(...(await barriers(page)));
    expect(found).toEqual([]);
    const wide = await page.evaluate(
      () =>
        [...document.querySelectorAll("html, #account, #account *")].filter(
          ({ scrollWidth, clientWidth }) => clientWidth > 0 && scrollWidth > clientWidth + 1,
        ).length,
    );
    expect(wide).toBe(0);
  });

  test("a player takes their data along, leaves, and is back with the next sign-in", async () => {
    const page = await playAsGuest();
    const name = await nameOn(page);
    await openAccount(page);
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
    const exported = await Bun.file(await download.path()).json();
    expect([download.suggestedFilename(), exported.profile.name]).toEqual(["my-account.json", name]);
    await page.click("#leave");
    await page.click("#leave-cancel");
    expect(await page.isVisible("#account")).toBe(true);
    await page.click("#leave");
    await page.locator("#leave-dialog").getByRole("button", { name: "Delete my account" }).click();
    await page.getByText("Farewell. Sign in until").waitFor();
    expect(await page.isVisible("#player")).toBe(false);
    await page.click("#guest");
    await page.waitForSelector("#player:not([hidden])");
    expect(await nameOn(page)).toBe(name);
  });

  test("who signed in longer ago is told to do so once more, and stays", async () => {
    const page = await playAsGuest();
    await at.server.database.pool.query(
      "UPDATE refresh_tokens SET created_at = created_at - interval '11 minutes'",
    );
    await openAccount(page);
    await page.click("#leave");
    await page.locator("#leave-dialog").getByRole("button", { name: "Delete my account" }).click();
    await page.getByText("That has to be you").waitFor();
    expect(await page.isVisible("#leave-dialog")).toBe(true);
  });

  /** Where the QR code on the page leads to. */
  async function scan(page: Page | Frame): Promise<string> {
    await page.waitForSelector("#phone-qr:not([hidden])");
    const source = (await page.getAttribute("#phone-qr", "src")) ?? "";
    return readQr(decodeURIComponent(source.replace("data:image/svg+xml,", "")));
  }

  /** The player with a phone, in a browser of its own, signs in whom the link is of. */
  async function confirmOnPhone(link: string, email: string): Promise<void> {
    const browser = await launchChromium();
    try {
      const viewport = { width: 390, height: 844 };
      const phone = await (await browser.newContext({ viewport, hasTouch: true, isMobile: true })).newPage();
      await phone.goto(link);
      expect(await phone.textContent("body")).toContain(new URL(link).searchParams.get("user_code")!);
      const isTooWide = () => phone.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      expect(await isTooWide()).toBe(false);
      await phone.getByRole("link", { name: "Yes, sign me in on it" }).tap();
      await pickFresh(phone, email);
      await phone.getByText("Sign in to").first().waitFor();
      expect(await isTooWide()).toBe(false);
      await phone.getByRole("button", { name: "Sign in", exact: true }).tap();
      await phone.getByText("You are signed in").waitFor();
    } finally {
      await browser.close();
    }
  }

  test("signs in with a phone: the game in one browser, the phone in another", async () => {
    const email = freshAccount();
    const page = await open();
    await page.click("#phone");
    const dialog = page.getByRole("dialog", { name: "Sign in with your phone" });
    await dialog.waitFor();
    const link = await scan(page);
    expect(link).toEndWith(`?user_code=${await page.textContent("#phone-code")}`);
    expect(await page.getAttribute("#phone-link", "href")).toBe(link);
    expect(await page.textContent("#status")).toBe("Go on with your phone");
    expect(await barriers(page)).toEqual([]);
    await confirmOnPhone(link, email);
    await page.waitForSelector("#player:not([hidden])");
    expect(await dialog.isVisible()).toBe(false);
    await openAccount(page);
    expect(await page.textContent("#ways")).toContain("Google");
  });

  test("whoever closes the code gives the sign-in up, and may play at once", async () => {
    const page = await open();
    await page.click("#phone");
    await scan(page);
    await page.keyboard.press("Escape");
    await page.waitForSelector("#phone-dialog", { state: "hidden" });
    expect(await page.textContent("#problem")).toBe("");
    await page.click("#guest");
    await page.waitForSelector("#player:not([hidden])");
  });

  test("in a frame without an origin, on another site, it offers the phone alone, and plays on", async () => {
    const site = serveElsewhere(at.server.origin);
    try {
      const page = await at.context.newPage();
      await page.goto(`${site.url}portal`);
      const frame = page.frames()[1]!;
      await frame.waitForSelector("#phone");
      const offered = await frame.locator("#welcome button:visible").allTextContents();
      expect(offered).toEqual(["Sign in with your phone"]);
      await frame.click("#phone");
      await confirmOnPhone(await scan(frame), freshAccount());
      await frame.waitForSelector("#player:not([hidden])");
      await frame.click("#open-account");
      expect(await frame.textContent("#account-problem")).toBe("");
      const name = freshName();
      await frame.click("#rename");
      await frame.fill("#new-name", name);
      await frame.locator("#new-name").press("Enter");
      await frame.waitForFunction((name) => document.querySelector("#name")?.textContent === name, name);
      await frame.click("#logout");
      await frame.waitForSelector("#welcome:not([hidden])");
    } finally {
      await site.stop(true);
    }
  });
});

/** The game on a site of its own, as a portal shows it: in a frame that may run scripts and send forms. */
function serveElsewhere(backendUrl: string) {
  const files = join(import.meta.dir, "../../sdk/examples/browser-game");
  return Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch({ url }) {
      const name = new URL(url).pathname.slice(1);
      if (name === "portal") {
        const page =
          '<iframe sandbox="allow-scripts allow-forms" width="1000" height="760" src="index.html"></iframe>';
        return new Response(page, { headers: { "content-type": "text/html" } });
      }
      if (name === "account-sdk.js") return new Response(await bundle(name));
      const file = Bun.file(join(files, name));
      if (!(await file.exists())) return new Response(null, { status: 404 });
      const text = (await file.text()).replace(
        'new URL("..", location.href).href',
        JSON.stringify(backendUrl),
      );
      // Modules are asked for across origins there.
      return new Response(text, {
        headers: { "content-type": file.type, "access-control-allow-origin": "*" },
      });
    },
  });
}
