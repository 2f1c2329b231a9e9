import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../../sdk/src/clock.ts";
import type { LoginStatus, OAuthManager, OAuthManagerOptions } from "../../../sdk/src/index.ts";
import { letIn, phoneAt } from "../../support/devices";
import { playAsGuest } from "../../support/guests";
import { freshAccount, signIn } from "../../support/players";
import { readQr } from "../../support/qr";
import { bearer, post } from "../../support/requests";
import { onEmbedded } from "../../support/suite";
import { Desktop, outcome } from "../support/desktop.ts";
import { lossyFetch } from "../support/lossy-fetch.ts";

setDefaultTimeout(60_000);

type Waiting = Extract<LoginStatus, { userCode: string }>;

const YEAR_MS = 365 * 86_400_000;
const ENVIRONMENT = ["BROWSER", "DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME", "SSH_CONNECTION"];

let desktop: Desktop;
const env = { ...process.env };

beforeEach(() => {
  desktop = new Desktop();
  for (const name of ENVIRONMENT) delete process.env[name];
});

afterEach(() => {
  desktop.close();
  for (const name of ENVIRONMENT) {
    if (env[name] === undefined) delete process.env[name];
    else process.env[name] = env[name];
  }
});

/** What the player is shown, once they are shown a code, with its QR code if `suits` waits for that. */
async function waiting(
  oauth: OAuthManager,
  suits: (status: Waiting) => unknown = () => true,
): Promise<Waiting> {
  for (;;) {
    const status = oauth.getLoginStatus();
    if (status.state === "failed") throw status.error;
    if (status.state === "in_progress" && status.userCode && suits(status as Waiting))
      return status as Waiting;
    await Bun.sleep(5);
  }
}

const code = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error) => error.code,
  );

function stored(): Record<string, unknown> {
  const name = readdirSync(desktop.folder).find((each) => /\d\.json$/.test(each)) ?? "missing";
  return JSON.parse(readFileSync(join(desktop.folder, name), "utf8"));
}

onEmbedded((at) => {
  const clock = { ...systemClock, now: () => at.server.clock.now().getTime() };

  test("a player who confirms on another device is signed in, bound to this one, and stays so", async () => {
    const account = freshAccount();
    const { user } = await signIn(at.server, { account });
    const { oauth, urls } = desktop.game(at.server, { device: "Television", clock });
    const names: string[] = [];
    const login = oauth.login({ mode: "code", onSuccess: ({ name }) => names.push(name) });
    const { userCode } = await waiting(oauth);
    const confirmed = letIn(at.server, userCode, account).then(() => performance.now());
    expect(await login).toMatchObject({ id: user.id, email: account });
    // The server looks every half a second.
    expect(performance.now() - (await confirmed)).toBeLessThan(5_000);
    expect([urls, names]).toEqual([[], [user.name]]);
    expect(oauth.getLoginStatus()).toEqual({ state: "success", user: oauth.getUser()! });
    expect(stored()).toMatchObject({ bound: true, user: { id: user.id } });
    await oauth.refreshTokens();
    expect((await oauth.sessions()).filter(({ current }) => current)).toMatchObject([
      { device: "Television" },
    ]);
    oauth.dispose();
    const next = desktop.game(at.server, { clock });
    expect(await next.oauth.loadStoredCredentials()).toBe(true);
    expect(await next.oauth.refreshTokens()).toMatchObject({ id: user.id });
    await next.oauth.logout();
  });

  test("the QR code leads to the page with the code filled in", async () => {
    const { oauth } = desktop.game(at.server);
    const login = code(oauth.login({ mode: "code" }));
    const { qrSvg, userCode, verificationUrlComplete, verificationUrl, url } = await waiting(
      oauth,
      ({ qrSvg }) => qrSvg,
    );
    expect(readQr(qrSvg ?? "")).toBe(verificationUrlComplete);
    expect(verificationUrlComplete).toBe(`${verificationUrl}?user_code=${userCode}`);
    expect([url, userCode]).toEqual([verificationUrlComplete, expect.stringMatching(/^[A-Z]{4}-[A-Z]{4}$/)]);
    await oauth.logout();
    expect(await login).toBe("cancelled");
  });

  test("a player who says no is access_denied", async () => {
    const { oauth } = desktop.game(at.server);
    const login = code(oauth.login({ mode: "code" }));
    const phone = phoneAt(at.server);
    const { sealed } = await phone.open((await waiting(oauth)).userCode);
    await phone.answer(sealed, "deny");
    expect(await login).toBe("access_denied");
  });

  test("C3 a token answer that is lost comes again, and is the same one session", async () => {
    const account = freshAccount();
    const network = lossyFetch();
    const { oauth } = desktop.game(at.server, { clock, fetch: network.fetch });
    const login = oauth.login({ mode: "code" });
    const { userCode } = await waiting(oauth);
    let lost = 0;
    network.lose((request) => request.endsWith("/oauth/token") && lost++ < 1);
    await letIn(at.server, userCode, account);
    expect(await login).toMatchObject({ email: account });
    expect(await oauth.sessions()).toHaveLength(1);
    expect(stored()).toMatchObject({ bound: true });
    await oauth.refreshTokens();
  });

  for (const years of [-30, 30]) {
    test(`C11 a device whose clock is off by ${years} years signs in by a code, bound`, async () => {
      const warnings: unknown[] = [];
      const { oauth } = desktop.game(at.server, {
        clock: { ...systemClock, now: () => at.server.clock.now().getTime() + years * YEAR_MS },
        warn: (...warning) => warnings.push(warning),
      });
      const login = oauth.login({ mode: "code" });
      await letIn(at.server, (await waiting(oauth)).userCode, freshAccount());
      await login;
      await oauth.refreshTokens();
      expect([stored().bound, warnings]).toEqual([true, []]);
    });
  }

  test("C37 no code and no token of it shows in a warning or on the console", async () => {
    const printed: unknown[] = [];
    const methods = ["log", "info", "warn", "error", "debug"] as const;
    const originals = methods.map((method) => console[method]);
    for (const method of methods) console[method] = (...line: unknown[]) => void printed.push(line);
    try {
      const { oauth } = desktop.game(at.server, { clock });
      const login = oauth.login({ mode: "code" });
      await letIn(at.server, (await waiting(oauth)).userCode, freshAccount());
      await login;
      await oauth.logout();
    } finally {
      for (const [index, method] of methods.entries()) console[method] = originals[index]!;
    }
    expect(printed).toEqual([]);
  });

  test("a game that has nothing else to do does not end while a code waits", async () => {
    const script = join(import.meta.dir, "../support/code-process.ts");
    const child = Bun.spawn([process.execPath, script, at.server.origin, desktop.folder], {
      stdout: "pipe",
      stderr: "inherit",
    });
    const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { value: userCode = "" } = await lines.read();
    await letIn(at.server, userCode.trim(), "ada@players.example");
    expect((await lines.read()).value).toBe("ada@players.example\n");
    expect(await child.exited).toBe(0);
  });

  const computers: Record<string, Record<string, string>> = {
    "over SSH": { SSH_CONNECTION: "10.0.0.7 50000 10.0.0.1 22" },
    "without a display": {},
    "whose display has no name": { DISPLAY: "", WAYLAND_DISPLAY: "" },
  };
  for (const [name, environment] of Object.entries(computers)) {
    test(`a computer ${name} chooses a code by itself, and says that no browser opened`, async () => {
      Object.assign(process.env, environment);
      const account = freshAccount();
      const warnings: unknown[][] = [];
      const { oauth } = desktop.game(at.server, {
        openUrl: undefined,
        clock,
        warn: (...warning) => warnings.push(warning),
      });
      const login = oauth.login();
      const { userCode, error } = await waiting(oauth);
      expect(error).toMatchObject({ code: "browser_not_opened" });
      await letIn(at.server, userCode, account);
      expect(await login).toMatchObject({ email: account });
      expect(await oauth.refreshTokens()).toMatchObject({ email: account });
      expect(warnings).toEqual([
        [expect.any(String), expect.objectContaining({ code: "browser_not_opened" })],
      ]);
      expect(Bun.inspect(warnings)).not.toContain(userCode);
    });
  }

  const unopened: Record<string, Partial<OAuthManagerOptions> & { BROWSER?: string }> = {
    "a BROWSER that is not there": { BROWSER: "/nowhere/at-all", openUrl: undefined },
    "a BROWSER that fails": { BROWSER: "false", openUrl: undefined },
    "an openUrl that rejects": { openUrl: () => Promise.reject(new Error("no display")) },
  };
  for (const [name, { BROWSER, ...options }] of Object.entries(unopened)) {
    test(`${name}: the sign-in goes on by a code, one however often login() is called`, async () => {
      if (BROWSER) process.env.BROWSER = BROWSER;
      const account = freshAccount();
      const network = lossyFetch();
      const { oauth } = desktop.game(at.server, { ...options, clock, fetch: network.fetch, warn: () => {} });
      const ended = outcome(oauth);
      for (let calls = 0; calls < 3; calls++) oauth.login();
      const { userCode, error, url, verificationUrlComplete } = await waiting(oauth);
      expect(error).toMatchObject({ code: "browser_not_opened" });
      expect(url).toBe(verificationUrlComplete);
      oauth.login();
      await letIn(at.server, userCode, account);
      expect(await ended).toBe("success");
      expect(oauth.getUser()?.email).toBe(account);
      const asked = network.requests.filter((request) => request.endsWith("/oauth/device_authorization"));
      expect(asked).toHaveLength(1);
    });
  }

  test("a link has no code: it waits at its page", async () => {
    const { oauth } = desktop.game(at.server, {
      openUrl: () => Promise.reject(new Error("no display")),
      warn: () => {},
    });
    await oauth.loginAsGuest();
    const link = code(oauth.link("google"));
    const linkOf = () => {
      const status = oauth.getLoginStatus();
      return status.state === "success" ? status.link : undefined;
    };
    while (!linkOf() || !("error" in linkOf()!)) await Bun.sleep(5);
    expect(linkOf()).toMatchObject({ state: "in_progress", error: { code: "browser_not_opened" } });
    expect(linkOf()).not.toHaveProperty("userCode");
    await oauth.logout();
    expect(await link).toBe("cancelled");
  });
});

onEmbedded(
  (at) => {
    test("a server without the client: code_unavailable where it was asked for; else the page waits as ever", async () => {
      const { oauth, urls } = desktop.game(at.server, { openUrl: undefined, warn: () => {} });
      expect(await code(oauth.login({ mode: "code" }))).toBe("code_unavailable");
      void oauth.login().catch(() => {});
      const here = () => oauth.getLoginStatus();
      while (!("error" in here() && here().state === "in_progress")) await Bun.sleep(5);
      expect(here()).toMatchObject({
        state: "in_progress",
        url: expect.stringContaining("/auth/google/start?"),
        error: { code: "browser_not_opened" },
      });
      expect(here()).not.toHaveProperty("userCode");
      expect(urls).toEqual([]);
    });
  },
  { adjust: (config) => ({ ...config, oauth: { clients: [] } }) },
);

onEmbedded(
  (at) => {
    test("a server that does not know its address takes no proof: the player comes in without, told to warn once", async () => {
      const warnings: string[] = [];
      const { oauth } = desktop.game(at.server, { warn: (message) => warnings.push(message) });
      const login = oauth.login({ mode: "code" });
      const { userCode } = await waiting(oauth);
      const guest = await playAsGuest(at.server);
      // The next poll begins after the first was answered.
      await Bun.sleep(100);
      const confirm = { user_code: userCode, decision: "allow" };
      expect((await post(at.server, "/api/device/confirm", confirm, bearer(guest))).status).toBe(200);
      expect(await login).toMatchObject({ id: guest.user.id });
      expect(stored().bound).toBe(false);
      await oauth.refreshTokens();
      expect(warnings).toEqual(["The server took no proof of this device's key."]);
    });
  },
  { env: { SERVER_PUBLIC_URL: "https://another.example" } },
);
