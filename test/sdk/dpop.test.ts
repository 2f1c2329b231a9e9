import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../sdk/src/clock.ts";
import type { OAuthManagerOptions } from "../../sdk/src/index.ts";
import { thumbprintOf } from "../../sdk/src/on-demand/dpop-proof.ts";
import { fileStorage } from "../../sdk/src/storage/file.ts";
import { expectError, post } from "../support/requests";
import { onEmbedded } from "../support/suite";
import { Desktop, type DesktopGame } from "./support/desktop.ts";
import { MemoryStorage } from "./support/game.ts";
import { lossyFetch } from "./support/lossy-fetch.ts";

setDefaultTimeout(60_000);

const YEAR_MS = 365 * 86_400_000;
const SCRIPT = join(import.meta.dir, "support/signing-in-process.ts");

let desktop: Desktop;

beforeEach(() => {
  desktop = new Desktop();
});

afterEach(() => desktop.close());

/** What lies in the folder of a game. */
function paths(folder = desktop.folder) {
  const named = (ending: RegExp) =>
    join(folder, readdirSync(folder).find((name) => ending.test(name)) ?? "missing");
  return { key: named(/\.key$/), session: named(/\d\.json$/) };
}

const stored = () => JSON.parse(readFileSync(paths().session, "utf8"));

/** The network, with what went out of each request: path, scheme and whether a proof came along. */
function recordingFetch(change: (request: Request) => Request | Promise<Response> = (request) => request) {
  const requests: string[] = [];
  return {
    requests,
    async fetch(input: Request | URL | string, init?: RequestInit): Promise<Response> {
      const request = new Request(input, init);
      const scheme = request.headers.get("authorization")?.split(" ")[0] ?? "";
      const proof = request.headers.has("dpop") ? "proof" : "";
      requests.push([new URL(request.url).pathname, scheme, proof].filter(Boolean).join(" "));
      const changed = change(request);
      return changed instanceof Request ? fetch(changed) : changed;
    },
  };
}

function withoutProof(request: Request): Request {
  const plain = new Request(request);
  plain.headers.delete("dpop");
  return plain;
}

onEmbedded((at) => {
  type Given = Partial<OAuthManagerOptions>;
  const warnings: unknown[][] = [];
  beforeEach(() => {
    warnings.length = 0;
  });
  const clock = { ...systemClock, now: () => at.server.clock.now().getTime() };
  const game = (options: Given = {}): DesktopGame & { events: string[] } => {
    const warn = (...warning: unknown[]) => warnings.push(warning);
    const made = desktop.game(at.server, { clock, warn, ...options });
    const events: string[] = [];
    made.oauth.on("logout", () => events.push("logout"));
    return { ...made, events };
  };
  const signedIn = async (options: Given = {}) => {
    const made = game(options);
    await made.oauth.loginAsGuest();
    return made;
  };
  const code = (promise: Promise<unknown>) =>
    promise.then(
      () => null,
      (error) => error.code,
    );

  test("a sign-in binds the session: its token alone refreshes nothing, and signs nobody out", async () => {
    const { oauth } = await signedIn();
    const refresh_token = String(stored().refreshToken);
    expect(stored().bound).toBe(true);
    expectError(await post(at.server, "/api/refresh", { refresh_token }), "invalid_dpop_proof");
    expectError(await post(at.server, "/api/logout", { refresh_token }), "invalid_dpop_proof");
    await oauth.refreshTokens();
    expect((await oauth.updateUsername("Bound Cook")).name).toBe("Bound Cook");
    expect(await oauth.sessions()).toHaveLength(1);
    const next = game();
    expect(await next.oauth.loadStoredCredentials()).toBe(true);
    await next.oauth.refreshTokens();
    expect(warnings).toEqual([]);
  });

  test("what goes to the account server carries a proof; another server gets the token as ever", async () => {
    const elsewhere = Bun.serve({
      port: 0,
      fetch: ({ headers }) => Response.json([headers.get("authorization"), headers.get("dpop")]),
    });
    try {
      const network = recordingFetch();
      const { oauth } = await signedIn({ fetch: network.fetch });
      await oauth.refreshTokens();
      expect((await oauth.fetch(`${at.server.origin}/api/me?fields=all`)).status).toBe(200);
      const token = await oauth.getAccessToken();
      const seen = await (await oauth.fetch(`http://127.0.0.1:${elsewhere.port}/`)).json();
      expect(seen).toEqual([`Bearer ${token}`, null]);
      await oauth.logout();
      expect(network.requests).toEqual([
        "/api/login proof",
        "/api/refresh proof",
        "/api/me DPoP proof",
        "/ Bearer",
        "/api/logout proof",
      ]);
    } finally {
      await elsewhere.stop(true);
    }
  });

  test("a logout ends the bound session at the server", async () => {
    const { oauth } = await signedIn();
    const { id } = oauth.getUser()!;
    await oauth.logout();
    const { rows } = await at.server.database.pool.query(
      "SELECT revoked_at IS NOT NULL AS ended FROM refresh_tokens WHERE user_id = $1",
      [id],
    );
    expect(rows).toEqual([{ ended: true }]);
  });

  test("C3 answers that are lost again and again sign nobody out, however late it is", async () => {
    const network = lossyFetch();
    const { oauth, events } = await signedIn({ fetch: network.fetch });
    network.lose((request) => request.endsWith("/api/refresh"));
    for (let lost = 0; lost < 5; lost++) {
      expect(await code(oauth.refreshTokens())).toBe("network_error");
      await Bun.sleep(260);
    }
    network.lose(() => false);
    at.server.clock.advance(86_400);
    await oauth.refreshTokens();
    await oauth.refreshTokens();
    expect(events).toEqual([]);
  });

  test("an earlier token of the session, as a backup has it, goes on", async () => {
    const { oauth } = await signedIn();
    const backup = readFileSync(paths().session);
    for (let refreshes = 0; refreshes < 3; refreshes++) await oauth.refreshTokens();
    oauth.dispose();
    writeFileSync(paths().session, backup);
    at.server.clock.advance(3_600);
    const { oauth: next, events } = game();
    await next.loadStoredCredentials();
    await next.refreshTokens();
    await next.refreshTokens();
    expect(events).toEqual([]);
  });

  for (const years of [-30, -5, 5, 30]) {
    test(`C11 a device whose clock is off by ${years} years signs in, refreshes and signs out without an error`, async () => {
      const clock = { ...systemClock, now: () => at.server.clock.now().getTime() + years * YEAR_MS };
      const network = recordingFetch();
      const { oauth, events } = await signedIn({ clock, fetch: network.fetch });
      expect(stored().bound).toBe(true);
      await oauth.refreshTokens();
      await oauth.sessions();
      // Half an hour later the nonce is worth nothing any more.
      at.server.clock.advance(1_800);
      await oauth.refreshTokens();
      expect(events).toEqual([]);
      await oauth.logout();
      expect(network.requests).toEqual([
        "/api/login proof",
        "/api/login proof",
        "/api/refresh proof",
        "/api/sessions DPoP proof",
        "/api/refresh proof",
        "/api/refresh proof",
        "/api/logout proof",
      ]);
      expect(warnings).toEqual([]);
    });
  }

  test("a copy of the session on another computer lets nobody in, and its owner goes on", async () => {
    const { oauth, events } = await signedIn();
    const thief = new Desktop();
    try {
      const { oauth: another } = thief.game(at.server, { clock });
      await another.loginAsGuest();
      await another.logout();
      another.dispose();
      writeFileSync(join(thief.folder, paths().session.split("/").at(-1)!), readFileSync(paths().session));
      const { oauth: copy } = thief.game(at.server, { clock });
      expect(await copy.loadStoredCredentials()).toBe(true);
      expect(await code(copy.refreshTokens())).toBe("invalid_grant");
      expect((await copy.fetch(`${at.server.origin}/api/me`)).status).toBe(401);
      await copy.logout();
    } finally {
      thief.close();
    }
    await oauth.refreshTokens();
    expect(events).toEqual([]);
  });

  test("a lost key ends the session cleanly: once, without asking again, and the next sign-in is bound", async () => {
    const network = recordingFetch();
    const { oauth, events } = await signedIn({ fetch: network.fetch });
    rmSync(paths().key);
    expect(await code(oauth.refreshTokens())).toBe("invalid_grant");
    // The game's own servers take the access token for as long as it lasts; the account server does not.
    expect(oauth.isLoggedIn()).toBe(true);
    // Calls of one moment share one answer.
    await Bun.sleep(260);
    expect((await oauth.fetch(`${at.server.origin}/api/me`)).status).toBe(401);
    expect([oauth.isLoggedIn(), events]).toEqual([false, ["logout"]]);
    expect(network.requests).toEqual(["/api/login proof"]);
    await oauth.loginAsGuest();
    await oauth.refreshTokens();
    expect(stored().bound).toBe(true);
    expect(events).toEqual(["logout"]);
  });

  test("a key that cannot be read for the moment is no lost one", async () => {
    const files = fileStorage(desktop.folder);
    let isBusy = false;
    const keyPair = (key: string) => (isBusy ? Promise.reject(new Error("busy")) : files.keyPair!(key));
    const { oauth, events } = await signedIn({ storage: { ...files, keyPair } });
    isBusy = true;
    expect(await code(oauth.refreshTokens())).toBe("network_error");
    isBusy = false;
    await Bun.sleep(260);
    await oauth.refreshTokens();
    expect(events).toEqual([]);
  });

  test("a half-written key is a lost one", async () => {
    const { oauth } = await signedIn();
    writeFileSync(paths().key, readFileSync(paths().key, "utf8").slice(0, 50));
    expect(await code(oauth.refreshTokens())).toBe("invalid_grant");
    await (await signedIn({ storage: fileStorage(desktop.folder) })).oauth.logout();
  });

  test("at a server of the release before the session is unbound, and stays so when the server learns proofs", async () => {
    let isOld = true;
    const network = recordingFetch((request) => (isOld ? withoutProof(request) : request));
    const { oauth, events } = await signedIn({ fetch: network.fetch });
    expect(stored().bound).toBe(false);
    await oauth.refreshTokens();
    isOld = false;
    await oauth.refreshTokens();
    await oauth.sessions();
    await oauth.logout();
    expect(network.requests).toEqual([
      "/api/login proof",
      "/api/refresh",
      "/api/refresh",
      "/api/sessions Bearer",
      "/api/logout",
    ]);
    expect(events).toEqual(["logout"]);
  });

  test("a session that was stored before there were proofs goes on as it is", async () => {
    const { oauth } = await signedIn({ fetch: recordingFetch(withoutProof).fetch });
    oauth.dispose();
    const { bound, ...before } = stored();
    writeFileSync(paths().session, JSON.stringify(before));
    const network = recordingFetch();
    const next = game({ fetch: network.fetch });
    expect(await next.oauth.loadStoredCredentials()).toBe(true);
    await next.oauth.refreshTokens();
    expect([network.requests, stored().bound, bound]).toEqual([["/api/refresh"], false, false]);
  });

  test("a replica of the release before, which answers a refresh, unbinds nothing", async () => {
    let isOld = false;
    const network = recordingFetch((request) =>
      isOld
        ? fetch(request).then(async (response) =>
            Response.json({ ...((await response.json()) as object), token_type: "Bearer" }, response),
          )
        : request,
    );
    const { oauth } = await signedIn({ fetch: network.fetch });
    isOld = true;
    await oauth.refreshTokens();
    expect(stored().bound).toBe(true);
    isOld = false;
    await oauth.refreshTokens();
    await oauth.sessions();
  });

  test("a custom storage, which has no key, keeps unbound sessions", async () => {
    const storage = new MemoryStorage();
    const network = recordingFetch();
    const { oauth } = await signedIn({ storage, fetch: network.fetch });
    await oauth.refreshTokens();
    expect(network.requests).toEqual(["/api/login", "/api/refresh"]);
    expect(warnings).toEqual([]);
  });

  test("a folder that takes no key keeps nobody out", async () => {
    mkdirSync(join(desktop.folder, `account-sdk_${at.server.origin.replace(/[^A-Za-z0-9.-]+/g, "_")}.key`));
    const network = recordingFetch();
    const { oauth } = await signedIn({ fetch: network.fetch });
    await oauth.refreshTokens();
    expect(network.requests).toEqual(["/api/login", "/api/refresh"]);
  });

  test("the key is the player's alone, and there before the session is", async () => {
    const seen: boolean[][] = [];
    const network = recordingFetch((request) => {
      seen.push([existsSync(paths().key), existsSync(paths().session)]);
      return request;
    });
    await signedIn({ fetch: network.fetch });
    expect(seen).toEqual([[true, false]]);
    expect(statSync(paths().key).mode & 0o777).toBe(0o600);
  });

  test("processes that make the key at the same moment end with one", async () => {
    const made = await Promise.all(
      Array.from({ length: 8 }, () => fileStorage(desktop.folder).keyPair!("account")),
    );
    expect(new Set(await Promise.all(made.map(thumbprintOf))).size).toBe(1);
    expect(readdirSync(desktop.folder)).toEqual(["account.key"]);
  });

  test("C21 killed at any moment of a sign-in, a game never has a session without its key", async () => {
    for (let kills = 0; kills < 8; kills++) {
      const own = new Desktop();
      try {
        const child = Bun.spawn([process.execPath, SCRIPT, at.server.origin, own.folder], {
          stdio: ["ignore", "ignore", "inherit"],
        });
        while (!readdirSync(own.folder).some((name) => name.includes(".key"))) await Bun.sleep(1);
        await Bun.sleep(kills * 6);
        child.kill("SIGKILL");
        await child.exited;
        const { oauth } = own.game(at.server, { clock });
        if (await oauth.loadStoredCredentials()) expect(existsSync(paths(own.folder).key)).toBe(true);
        else await oauth.loginAsGuest();
        await oauth.refreshTokens();
      } finally {
        own.close();
      }
    }
  });
});

onEmbedded(
  (at) => {
    test("a server that does not know its address takes no proof: the player comes in without, told to warn", async () => {
      const warnings: string[] = [];
      const network = recordingFetch();
      const { oauth } = desktop.game(at.server, {
        fetch: network.fetch,
        warn: (message) => warnings.push(message),
      });
      await oauth.loginAsGuest();
      await oauth.refreshTokens();
      expect(network.requests).toEqual(["/api/login proof", "/api/login", "/api/refresh"]);
      expect(warnings).toEqual(["The server took no proof of this device's key."]);
    });
  },
  { env: { SERVER_PUBLIC_URL: "https://another.example" } },
);
