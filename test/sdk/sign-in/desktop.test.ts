import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { systemClock } from "../../../sdk/src/clock.ts";
import { CLIENT_ID } from "../../support/server";
import { onEmbedded } from "../../support/suite";
import { Desktop, outcome } from "../support/desktop.ts";
import { signInAtBrowser } from "../support/player.ts";

const BROWSER = `${process.execPath} ${join(import.meta.dir, "../support/browser-command.ts")}`;

let desktop: Desktop;
const env = { ...process.env };

beforeEach(() => {
  desktop = new Desktop();
});

afterEach(() => {
  desktop.close();
  for (const name of ["BROWSER", "ACCOUNT"]) {
    if (env[name] === undefined) delete process.env[name];
    else process.env[name] = env[name];
  }
});

onEmbedded((at) => {
  describe("Sign-in on the desktop", () => {
    test("three lines and the BROWSER command sign a player in", async () => {
      Object.assign(process.env, { BROWSER, ACCOUNT: "bruno" });
      const { oauth } = desktop.game(at.server, { openUrl: undefined });
      const { promise, resolve } = Promise.withResolvers<string>();
      oauth.login({ onSuccess: ({ email }) => resolve(email) });
      expect(await promise).toBe("bruno@players.example");
    });

    test("BROWSER may say with %s where the URL goes", async () => {
      process.env.BROWSER = `${BROWSER} %s --new-window`;
      const { oauth } = desktop.game(at.server, { openUrl: undefined });
      const ended = outcome(oauth);
      oauth.login();
      expect(await ended).toBe("success");
    });

    test("C33 by default there is no client id and no secret in the game, and Google meets the server alone", async () => {
      const bodies: string[] = [];
      const { oauth, url } = desktop.game(at.server, {
        fetch: (input, init) => {
          bodies.push(String(init?.body));
          return fetch(input, init);
        },
      });
      const ended = outcome(oauth);
      oauth.login();
      expect([...(await url).searchParams.keys()].sort()).toEqual([
        "code_challenge",
        "code_challenge_method",
        "redirect_uri",
        "state",
      ]);
      await fetch(await signInAtBrowser(await url));
      expect(await ended).toBe("success");
      expect(Object.keys(JSON.parse(bodies[0] ?? "")).sort()).toEqual([
        "code_verifier",
        "device",
        "login_code",
      ]);
    });

    test("with a client id the player goes straight to Google, and the server keeps the secret", async () => {
      const bodies: string[] = [];
      const { oauth, url } = desktop.game(at.server, {
        clientId: CLIENT_ID,
        clientSecret: "found-in-an-old-game",
        googleAuthUrl: at.server.google.urls.auth,
        fetch: (input, init) => {
          bodies.push(String(init?.body));
          return fetch(input, init);
        },
      });
      const ended = outcome(oauth);
      oauth.login();
      const google = await url;
      expect(google.origin).toBe(at.server.google.origin);
      expect(google.searchParams.get("redirect_uri")).toMatch(
        /^http:\/\/localhost:\d+\/auth\/google\/callback$/,
      );
      await fetch(await signInAtBrowser(google, "chloe"));
      expect(await ended).toBe("success");
      expect(oauth.getUser()?.email).toBe("chloe@players.example");
      expect(bodies.join() + google.href).not.toContain("found-in-an-old-game");
    });

    test("C24 the challenge is S256 and never the verifier itself", async () => {
      const verifiers: string[] = [];
      const { oauth, url } = desktop.game(at.server, {
        fetch: (input, init) => {
          verifiers.push(JSON.parse(String(init?.body)).code_verifier);
          return fetch(input, init);
        },
      });
      const ended = outcome(oauth);
      oauth.login();
      const { searchParams } = await url;
      await fetch(await signInAtBrowser(await url));
      expect(await ended).toBe("success");
      const [verifier = ""] = verifiers;
      expect(searchParams.get("code_challenge_method")).toBe("S256");
      expect(verifier).toMatch(/^[\w-]{43,128}$/);
      expect(searchParams.get("code_challenge")).toBe(
        new Bun.CryptoHasher("sha256").update(verifier).digest("base64url"),
      );
    });

    test("C24 without WebCrypto the sign-in fails as crypto_unavailable", async () => {
      const { crypto } = globalThis;
      Object.defineProperty(globalThis, "crypto", { value: {}, configurable: true, writable: true });
      try {
        const { oauth, urls } = desktop.game(at.server);
        const ended = outcome(oauth);
        oauth.login();
        expect(await ended).toMatchObject({ code: "crypto_unavailable" });
        expect(urls).toEqual([]);
      } finally {
        Object.defineProperty(globalThis, "crypto", { value: crypto, configurable: true, writable: true });
      }
    });

    test("C25 sign-ins in parallel keep their own verifiers, whichever comes back first", async () => {
      const games = ["ada", "bruno", "chloe"].map((account) => ({
        account,
        ...desktop.game(at.server, { storage: memory() }),
      }));
      const ended = games.map(({ oauth }) => outcome(oauth));
      for (const { oauth } of games) oauth.login();
      const redirects = await Promise.all(
        games.map(async ({ url, account }) => signInAtBrowser(await url, account)),
      );
      for (const redirect of redirects.reverse()) await fetch(redirect);
      expect(await Promise.all(ended)).toEqual(["success", "success", "success"]);
      expect(games.map(({ oauth }) => oauth.getUser()?.email)).toEqual(
        ["ada", "bruno", "chloe"].map((name) => `${name}@players.example`),
      );
    });

    test("C28 the listener is on loopback alone and gone after the sign-in", async () => {
      for (const options of [{}, { clientId: CLIENT_ID, googleAuthUrl: at.server.google.urls.auth }]) {
        const { oauth, url } = desktop.game(at.server, { storage: memory(), ...options });
        const ended = outcome(oauth);
        oauth.login();
        const redirect = new URL((await url).searchParams.get("redirect_uri") ?? "");
        const hosts = listeningOn(Number(redirect.port));
        expect(hosts).toContain("127.0.0.1");
        for (const host of hosts) expect(["127.0.0.1", "::1"]).toContain(host);
        await fetch(await signInAtBrowser(await url));
        expect(await ended).toBe("success");
        expect(listeningOn(Number(redirect.port))).toEqual([]);
      }
    });

    test("C28 with localhost as redirect both of its addresses answer, where the computer has both", async () => {
      const { oauth, url } = desktop.game(at.server, {
        clientId: CLIENT_ID,
        googleAuthUrl: at.server.google.urls.auth,
      });
      oauth.login();
      const { port } = new URL((await url).searchParams.get("redirect_uri") ?? "");
      for (const host of listeningOn(Number(port))) {
        const address = host.includes(":") ? `[${host}]` : host;
        expect((await fetch(`http://${address}:${port}/`)).status).toBe(404);
      }
    });

    test("C29 a busy port: another one is taken", async () => {
      const busy = await occupy();
      const { oauth, url } = desktop.game(at.server, { port: busy.port });
      const ended = outcome(oauth);
      oauth.login();
      const redirect = new URL((await url).searchParams.get("redirect_uri") ?? "");
      expect(Number(redirect.port)).not.toBe(busy.port);
      await fetch(await signInAtBrowser(await url));
      expect(await ended).toBe("success");
      await busy.close();
    });

    test("C29 a busy port that Google knows the game by: port_busy, and no browser", async () => {
      for (const host of ["127.0.0.1", "::1"]) {
        const busy = await occupy(host);
        const { oauth, urls } = desktop.game(at.server, { port: busy.port, clientId: CLIENT_ID });
        const ended = outcome(oauth);
        oauth.login();
        expect(await ended).toMatchObject({ code: "port_busy" });
        expect(urls).toEqual([]);
        expect(listeningOn(busy.port)).toEqual([host]);
        await busy.close();
      }
    });

    test("C30 stray requests get 404, and the sign-in waits on", async () => {
      const { oauth, url } = desktop.game(at.server);
      const ended = outcome(oauth);
      oauth.login();
      const redirect = (await url).searchParams.get("redirect_uri") ?? "";
      for (const path of ["/favicon.ico", "/", "/auth/google", "/auth/google/callback/", "//x", "/%"]) {
        expect((await fetch(new URL(redirect).origin + path)).status).toBe(404);
      }
      expect((await fetch(redirect, { method: "POST" })).status).toBe(404);
      expect(oauth.getLoginStatus().state).toBe("in_progress");
      await fetch(await signInAtBrowser(await url));
      expect(await ended).toBe("success");
    });

    test("C30 who does not know the state ends no sign-in, whatever page of the player's browser asks", async () => {
      const { oauth, url } = desktop.game(at.server);
      const signedIn = oauth.login();
      const redirect = await signInAtBrowser(await url);
      const forged: Record<string, string>[] = [
        {},
        { code: "evil" },
        { code: "evil", state: "" },
        { code: "evil", state: "somebody-else's" },
        { error: "access_denied" },
        { error: "access_denied", state: "undefined" },
      ];
      for (const query of forged) {
        const response = await fetch(`${redirect.origin}${redirect.pathname}?${new URLSearchParams(query)}`);
        expect([response.status, await response.text()]).toEqual([404, ""]);
      }
      expect(oauth.getLoginStatus().state).toBe("in_progress");
      await fetch(redirect);
      expect(await signedIn).toMatchObject({ email: "ada@players.example" });
    });

    for (const options of [{}, { clientId: CLIENT_ID }]) {
      const own = options.clientId ? "localhost" : "127.0.0.1";
      test(`C30 the listener answers to ${own} and its port alone, whoever knows the state`, async () => {
        const googleAuthUrl = at.server.google.urls.auth;
        const { oauth, url } = desktop.game(at.server, { ...options, googleAuthUrl });
        const signedIn = oauth.login();
        const redirect = await signInAtBrowser(await url);
        const port = Number(redirect.port);
        const hosts = [
          "evil.example",
          `evil.example:${port}`,
          own,
          `${own}:1`,
          `${own}.evil.example:${port}`,
        ];
        for (const host of hosts) {
          const line = `GET ${redirect.pathname}${redirect.search} HTTP/1.1`;
          const reply = await sendRaw(port, `${line}\r\nHost: ${host}\r\n\r\n`);
          expect(reply).toStartWith("HTTP/1.1 404");
        }
        for (const method of ["POST", "HEAD", "OPTIONS"]) {
          expect((await fetch(redirect, { method })).status).toBe(404);
        }
        expect(oauth.getLoginStatus().state).toBe("in_progress");
        await fetch(redirect);
        expect(await signedIn).toMatchObject({ email: "ada@players.example" });
      });
    }

    test("C23 an answer without a code is callback_invalid", async () => {
      const { oauth, url } = desktop.game(at.server);
      const ended = outcome(oauth);
      oauth.login();
      const redirect = await signInAtBrowser(await url);
      redirect.searchParams.delete("code");
      await fetch(redirect);
      expect(await ended).toMatchObject({ code: "callback_invalid" });
    });

    test("C23 a code that was used, or is another game's, is invalid_grant", async () => {
      const one = desktop.game(at.server, { storage: memory() });
      const ended = outcome(one.oauth);
      one.oauth.login();
      const used = await signInAtBrowser(await one.url);
      await fetch(used);
      expect(await ended).toBe("success");
      const other = desktop.game(at.server, { storage: memory() });
      const theirs = await (async () => {
        other.oauth.login();
        return signInAtBrowser(await other.url);
      })();
      for (const code of [used.searchParams.get("code"), theirs.searchParams.get("code")]) {
        const game = desktop.game(at.server, { storage: memory() });
        const failed = outcome(game.oauth);
        game.oauth.login();
        const redirect = await signInAtBrowser(await game.url);
        redirect.searchParams.set("code", code ?? "");
        await fetch(redirect);
        expect(await failed).toMatchObject({ code: "invalid_grant", status: 401 });
      }
    });

    test("the player says no at Google: access_denied", async () => {
      const { oauth, url } = desktop.game(at.server);
      const ended = outcome(oauth);
      oauth.login();
      const redirect = (await url).searchParams.get("redirect_uri");
      const state = (await url).searchParams.get("state");
      await fetch(`${redirect}?error=access_denied&state=${state}`);
      expect(await ended).toMatchObject({ code: "access_denied", reason: "access_denied" });
    });

    test("C31 what a provider says is escaped on the page and kept short", async () => {
      const { oauth, url } = desktop.game(at.server);
      const ended = outcome(oauth);
      oauth.login();
      const redirect = new URL((await url).searchParams.get("redirect_uri") ?? "");
      const hostile = `<script>alert("1")</script><img src=x onerror='alert(2)'>${"x".repeat(5_000)}`;
      const state = (await url).searchParams.get("state") ?? "";
      redirect.search = new URLSearchParams({
        error: "odd<b>",
        error_description: hostile,
        state,
      }).toString();
      const response = await fetch(redirect);
      const page = await response.text();
      expect(page).not.toMatch(/<script|<img|onerror='/);
      expect(page).toContain("&#60;script&#62;alert(&#34;1&#34;)");
      expect(page.length).toBeLessThan(4_000);
      expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(await ended).toMatchObject({ code: "provider_error", reason: "odd<b>" });
    });

    test("the page at the end is friendly, names the game, and carries no code and no token", async () => {
      const { oauth, url } = desktop.game(at.server, { appName: "Soup & Spoon" });
      const ended = outcome(oauth);
      oauth.login();
      const redirect = await signInAtBrowser(await url);
      const response = await fetch(redirect);
      const page = await response.text();
      expect(page).toContain("You're signed in");
      expect(page).toContain("Soup &#38; Spoon");
      expect(page).not.toContain(redirect.searchParams.get("code") ?? "?");
      expect(page).not.toContain(await oauth.getAccessToken());
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(response.headers.get("referrer-policy")).toBe("no-referrer");
      expect(await ended).toBe("success");
    });

    test("the page tells of a failure that came after Google", async () => {
      const { oauth, url } = desktop.game(at.server, {
        fetch: () => Promise.reject(new TypeError("fetch failed")),
      });
      const ended = outcome(oauth);
      oauth.login();
      expect(await (await fetch(await signInAtBrowser(await url))).text()).toContain("That did not work");
      expect(await ended).toMatchObject({ code: "network_error" });
    });

    test("a browser that asks for the page twice gets it twice", async () => {
      const { oauth, url } = desktop.game(at.server);
      oauth.login();
      const redirect = await signInAtBrowser(await url);
      const pages = await Promise.all(
        [fetch(redirect), fetch(redirect)].map(async (one) => (await one).text()),
      );
      for (const page of pages) expect(page).toContain("You're signed in");
    });

    test("C32 the browser never comes back: login_timeout, the port is free, and a retry works at once", async () => {
      const { port, close } = await occupy();
      await close();
      let patience = 50;
      const { oauth, urls } = desktop.game(at.server, {
        port,
        loginTimeoutSeconds: 120,
        clientId: CLIENT_ID,
        googleAuthUrl: at.server.google.urls.auth,
        clock: {
          ...systemClock,
          setTimeout: (run, ms) => systemClock.setTimeout(run, ms === 120_000 ? patience : ms),
        },
      });
      for (const code of ["login_timeout", "login_timeout"]) {
        const ended = outcome(oauth);
        oauth.login();
        expect(await ended).toMatchObject({ code });
      }
      patience = 60_000;
      const opened = urls.length;
      const ended = outcome(oauth);
      oauth.login();
      await until(() => urls.length > opened);
      await fetch(await signInAtBrowser(urls.at(-1)!));
      expect(await ended).toBe("success");
    });

    test("C32 an AbortSignal gives up at once, before and during the sign-in", async () => {
      const { oauth, url, urls } = desktop.game(at.server);
      const before = outcome(oauth);
      oauth.login({ signal: AbortSignal.abort() });
      expect(await before).toMatchObject({ code: "cancelled" });
      expect(urls).toEqual([]);

      const controller = new AbortController();
      const during = outcome(oauth);
      oauth.login({ signal: controller.signal });
      const { port } = new URL((await url).searchParams.get("redirect_uri") ?? "");
      controller.abort();
      expect(await during).toMatchObject({ code: "cancelled" });
      await until(() => listeningOn(Number(port)).length === 0);
    });

    test("C32 login once more during a sign-in opens the same page again; either tab will do", async () => {
      const { oauth, url, urls } = desktop.game(at.server);
      const ended = outcome(oauth);
      oauth.login();
      const first = await url;
      oauth.login();
      await until(() => urls.length === 2);
      expect(urls[1]).toEqual(first);
      await fetch(await signInAtBrowser(first));
      expect(await ended).toBe("success");
    });

    const unopened: Record<string, { BROWSER?: string; openUrl?: () => Promise<never> }> = {
      "a BROWSER that is not there": { BROWSER: "/nowhere/at-all" },
      "a BROWSER that fails": { BROWSER: "false" },
      "a list of BROWSERs of which none works": { BROWSER: "/nowhere/at-all:false:false %s" },
      "an openUrl that rejects": { openUrl: () => Promise.reject(new Error("no display")) },
    };
    for (const [name, { BROWSER, openUrl }] of Object.entries(unopened)) {
      test(`${name}, for a page that was asked for: browser_not_opened is said once, and the sign-in waits for who opens it by hand`, async () => {
        if (BROWSER) process.env.BROWSER = BROWSER;
        const warnings: unknown[][] = [];
        const { oauth } = desktop.game(at.server, { openUrl, warn: (...warning) => warnings.push(warning) });
        const ended = outcome(oauth);
        const states: unknown[] = [];
        oauth.on("status", (status) => states.push("error" in status ? status.error?.code : status.state));
        oauth.login({ mode: "popup" });
        await until(() => "error" in oauth.getLoginStatus());
        const status = oauth.getLoginStatus();
        expect(status).toMatchObject({ state: "in_progress", error: { code: "browser_not_opened" } });
        await fetch(await signInAtBrowser(("url" in status && status.url) || ""));
        expect(await ended).toBe("success");
        expect(states).toEqual(["in_progress", "in_progress", "browser_not_opened", "success"]);
        expect(warnings).toEqual([
          [expect.any(String), expect.objectContaining({ code: "browser_not_opened" })],
        ]);
        expect(Bun.inspect(warnings)).not.toContain("code_challenge");
      });
    }

    test("BROWSER is a list, of which the first that works opens the page", async () => {
      process.env.BROWSER = `/nowhere/at-all:false:${BROWSER}`;
      const { oauth } = desktop.game(at.server, { openUrl: undefined });
      expect(await oauth.login()).toMatchObject({ email: "ada@players.example" });
    });

    for (const line of [
      "GET // HTTP/1.1",
      "GET //[ HTTP/1.1",
      "GET http://[/ HTTP/1.1",
      "GET /auth/google/callback%zz?%zz HTTP/1.1",
      "OPTIONS * HTTP/1.1",
      "CONNECT evil.example:443 HTTP/1.1",
      "GET /auth/google/callback HTTP/9.9",
      "\u0000\u0001\u0002",
    ]) {
      test(`${JSON.stringify(line)} at the listener changes nothing`, async () => {
        const { oauth, url } = desktop.game(at.server);
        const signedIn = oauth.login();
        const { port } = new URL((await url).searchParams.get("redirect_uri") ?? "");
        await sendRaw(
          Number(port),
          `${line}\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n`,
        );
        expect(oauth.getLoginStatus().state).toBe("in_progress");
        await fetch(await signInAtBrowser(await url));
        expect(await signedIn).toMatchObject({ email: "ada@players.example" });
      });
    }

    test("a browser that goes away before it is shown the page does not hold the sign-in up", async () => {
      const gate = Promise.withResolvers<void>();
      const { oauth, url } = desktop.game(at.server, {
        fetch: async (input, init) => {
          await gate.promise;
          return fetch(input, init);
        },
      });
      const signedIn = oauth.login();
      const redirect = await signInAtBrowser(await url);
      const { port, host, pathname, search } = redirect;
      await sendRaw(Number(port), `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\n\r\n`, 50);
      gate.resolve();
      expect(await signedIn).toMatchObject({ email: "ada@players.example" });
    });

    test("while signing in the status names the page, for players without a browser of their own", async () => {
      const { oauth, url } = desktop.game(at.server);
      oauth.login();
      const { href } = await url;
      expect(oauth.getLoginStatus()).toEqual({ state: "in_progress", url: href });
    });

    test("C37 nothing of a whole sign-in, rename and sign-out is printed", async () => {
      const printed: unknown[][] = [];
      const methods = ["log", "info", "warn", "error", "debug"] as const;
      const originals = methods.map((method) => console[method]);
      for (const method of methods) console[method] = (...line: unknown[]) => void printed.push(line);
      try {
        const { oauth, url } = desktop.game(at.server);
        const ended = outcome(oauth);
        oauth.login();
        await fetch(await signInAtBrowser(await url));
        expect(await ended).toBe("success");
        await oauth.refreshTokens();
        await oauth.updateUsername("x").catch(() => {});
        await oauth.logout();
      } finally {
        for (const [index, method] of methods.entries()) console[method] = originals[index]!;
      }
      expect(printed).toEqual([]);
    });
  });
});

function memory() {
  const values = new Map<string, string>();
  return {
    get: (key: string) => values.get(key),
    set: (key: string, value: string) => values.set(key, value),
    remove: (key: string) => values.delete(key),
  };
}

/** Sends bytes as they are and hangs up: when the other side does, or after a while. Gives what came back. */
function sendRaw(port: number, text: string, milliseconds = 300): Promise<string> {
  return new Promise((resolve) => {
    let reply = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    socket.on("error", () => {}).on("close", () => resolve(reply));
    socket.on("data", (data) => {
      reply += data;
    });
    setTimeout(() => socket.destroy(), milliseconds);
  });
}

function occupy(host = "127.0.0.1"): Promise<{ port: number; close(): Promise<unknown> }> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, host, () => {
      const { port } = server.address() as { port: number };
      resolve({ port, close: () => new Promise((done) => server.close(done)) });
    });
  });
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** The addresses that this computer listens on at `port`, from the kernel's own tables. */
function listeningOn(port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const LISTEN = "0A";
  const names: Record<string, string> = {
    "0100007F": "127.0.0.1",
    "00000000000000000000000001000000": "::1",
  };
  return ["tcp", "tcp6"].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, "utf8")
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local = "", , state]) => local.endsWith(`:${hex}`) && state === LISTEN)
      .map(([, local = ""]) => names[local.split(":")[0] ?? ""] ?? `somewhere else: ${local}`),
  );
}
