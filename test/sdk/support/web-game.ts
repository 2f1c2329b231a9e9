import type { BrowserContext, Page } from "playwright-core";
import { bundle } from "../../../sdk/bundle.ts";
import type { OAuthManager } from "../../../sdk/src/oauth-manager.ts";

declare global {
  /** What the page of a {@link WebGame} keeps for the test. */
  var oauth: OAuthManager;
  var events: string[];
  /** When each event came, in milliseconds since 1970. */
  var moments: number[];
  var violations: string[];
  /** What the game was warned of. */
  var warnings: string[];
}

/** A page with one <script> and three lines, as a web game has them, under a strict Content-Security-Policy. */
export interface WebGame {
  readonly origin: string;
  /** The same pages under an origin that is not the game's. */
  readonly foreignOrigin: string;
  /** A tab with the game in it. */
  open(context: BrowserContext, query?: string): Promise<Page>;
  stop(): Promise<void>;
}

const PAGE = `<!doctype html><title>Game</title>
<button id="popup">Sign in</button><button id="redirect">Sign in here</button>
<button id="link">Link</button><button id="link-here">Link here</button>
<script src="/account-sdk.js"></script><script src="/game.js"></script>`;

const GAME = `
let stored;
try {
  stored = sessionStorage.options;
} catch {
  // A frame may have no storage.
}
const { backendUrl, ...options } = JSON.parse(stored ?? "{}");
globalThis.warnings = [];
globalThis.events = [];
globalThis.moments = [];
const saw = (event) => {
  events.push(event);
  moments.push(Date.now());
};
globalThis.violations = [];
addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective));
globalThis.oauth = new RobotouilleAccount.OAuthManager({ backendUrl: "BACKEND", callbacks: "immediate", warn: (message) => warnings.push(message), ...options });
oauth.on("login", (user) => saw("login:" + user.name));
oauth.on("logout", () => saw("logout"));
oauth.on("user", (user) => saw("user:" + user.name));
oauth.on("status", (status) => saw("status:" + status.state));
document.querySelector("#popup").onclick = () => oauth.login();
document.querySelector("#redirect").onclick = () => oauth.login({ mode: "redirect" });
document.querySelector("#link").onclick = () => oauth.link("google");
document.querySelector("#link-here").onclick = () => oauth.link("google", { mode: "redirect" });
oauth.loadStoredCredentials();
`;

function page(html: string): Response {
  return new Response(html, { headers: { "content-type": "text/html" } });
}

export async function startWebGame(backendUrl: string): Promise<WebGame> {
  const script = await bundle("account-sdk.js");
  const csp = `default-src 'none'; script-src 'self'; connect-src ${backendUrl}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'`;
  const files: Record<string, [type: string, text: string]> = {
    "/": ["text/html", PAGE],
    "/game.js": ["text/javascript", GAME.replace("BACKEND", backendUrl)],
    "/account-sdk.js": ["text/javascript", script],
  };
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname === "/frame") return page('<iframe src="/framed"></iframe>');
      if (pathname === "/framed") return page(PAGE);
      const [, sandbox] = pathname.match(/^\/sandbox\/(.+)/) ?? [];
      if (sandbox) {
        const src = `http://localhost:${new URL(request.url).port}/framed`;
        return page(`<iframe sandbox="${sandbox.replaceAll("+", " ")}" src="${src}"></iframe>`);
      }
      const [, coop, coep] = pathname.match(/^\/coop\/([a-z-]+)\/(require-corp)?/) ?? [];
      const [type, text] = files[coop ? "/" : pathname] ?? [];
      if (!type) return new Response(null, { status: 404 });
      const headers = {
        "content-type": `${type}; charset=utf-8`,
        "content-security-policy": csp,
        ...(coop && { "cross-origin-opener-policy": coop }),
        ...(coep && { "cross-origin-embedder-policy": coep }),
      };
      return new Response(text, { headers });
    },
  });
  const origin = `http://localhost:${server.port}`;
  return {
    origin,
    foreignOrigin: `http://127.0.0.1:${server.port}`,
    async open(context, query = "") {
      const page = await context.newPage();
      await page.goto(`${origin}/${query}`);
      return page;
    },
    stop: () => server.stop(true),
  };
}

/** Waits until the page's player is signed in, and gives their email. */
export async function signedIn(page: Page): Promise<string | undefined> {
  await page.waitForFunction(() => globalThis.oauth?.isLoggedIn());
  return page.evaluate(() => oauth.getUser()?.email);
}

/**
 * Clicks what opens a popup. The player looks at that from then on; a headless Chromium says of every page that it is
 * looked at, and a popup that looks closed on its way to another site would then count as closed by the player.
 */
export async function openPopup(page: Page, selector: string): Promise<Page> {
  const [popup] = await Promise.all([page.waitForEvent("popup"), page.click(selector)]);
  await page.evaluate(() => {
    document.hasFocus = () => false;
  });
  return popup;
}

/** Clicks the sign-in button and picks `account` in the popup. */
export async function signInWithPopup(page: Page, account: RegExp): Promise<string | undefined> {
  const popup = await openPopup(page, "#popup");
  const closed = popup.waitForEvent("close");
  await popup.getByRole("button", { name: account }).click();
  await closed;
  await page.evaluate(() => Reflect.deleteProperty(document, "hasFocus"));
  return signedIn(page);
}

/** Waits until the sign-in has failed, and gives the error's code. */
export async function failure(page: Page): Promise<string | null> {
  await page.waitForFunction(() => globalThis.oauth?.getLoginStatus().state === "failed");
  return page.evaluate(() => {
    const status = oauth.getLoginStatus();
    return status.state === "failed" ? status.error.code : null;
  });
}
