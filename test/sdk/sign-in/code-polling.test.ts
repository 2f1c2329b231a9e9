import { describe, expect, test } from "bun:test";
import { loadOnDemand } from "../../../sdk/src/load-on-demand.ts";
import { settled } from "../support/fake-clock.ts";
import { CODE, oauthRefusal, QR, serveDeviceCodes } from "../support/fake-device-codes.ts";
import { offline, refusal } from "../support/fake-server.ts";
import { createGame, type GameOptions } from "../support/game.ts";

/** A game at a server that signs in by codes. */
async function createWaitingGame(options: GameOptions = {}) {
  // So that no turn is spent on that.
  await loadOnDemand();
  const game = createGame(options);
  const codes = serveDeviceCodes(game);
  /** What comes of it: the player's name, or the error's code. */
  const begin = (): Promise<string> =>
    game.oauth.login({ mode: "code" }).then(
      ({ name }) => name,
      ({ code }) => code,
    );
  return { ...game, codes, begin };
}

const pending = Symbol("pending");
const outcomeOf = (promise: Promise<unknown>) => Promise.race([promise, settled().then(() => pending)]);

describe("While a code waits", () => {
  test("the status has everything that the player needs, and the QR code once it is there", async () => {
    const game = await createWaitingGame({ device: "Television" });
    const seen: unknown[] = [];
    game.oauth.on("status", (status) => seen.push(status));
    void game.oauth.login({ mode: "code" }).catch(() => {});
    await settled();
    const waiting = {
      state: "in_progress",
      url: CODE.verification_uri_complete,
      userCode: CODE.user_code,
      verificationUrl: CODE.verification_uri,
      verificationUrlComplete: CODE.verification_uri_complete,
      expiresAt: new Date(game.clock.wall + 600_000),
    };
    expect(seen).toEqual([{ state: "in_progress" }, waiting, { ...waiting, qrSvg: QR }]);
    expect(game.oauth.getLoginStatus()).toEqual({ ...waiting, qrSvg: QR } as never);
    expect(game.server.requests[0]).toMatchObject({
      path: "/oauth/device_authorization",
      body: { client_id: "game", device: "Television" },
    });
    game.oauth.dispose();
  });

  test("callbacks of it come in the game's own turn", async () => {
    const { oauth, codes, clock, events } = await createWaitingGame({ callbacks: "queued" });
    codes.answers.push("tokens");
    const login = oauth.login({ mode: "code" });
    await clock.advance(0);
    expect([await login, events]).toEqual([expect.objectContaining({ name: "Ada" }), []]);
    oauth.processCallbacks();
    expect(events).toEqual([
      "status:in_progress",
      "status:in_progress",
      "status:in_progress",
      "login:Ada",
      "user:Ada",
      "status:success",
    ]);
  });

  for (const [name, answer] of Object.entries({
    "that cannot be fetched": () => new Response("", { status: 500 }),
    "that is none": () => new Response("<html><script>alert(1)</script>"),
    "of a megabyte": () => new Response(`<svg>${" ".repeat(1_000_000)}</svg>`),
    "whose request fails": offline,
  })) {
    test(`a QR code ${name} is left out, and the sign-in goes on`, async () => {
      const { oauth, codes, begin, clock } = await createWaitingGame();
      codes.instead["/device/qr.svg"] = answer as never;
      const login = begin();
      await settled();
      expect(oauth.getLoginStatus()).toMatchObject({ userCode: CODE.user_code });
      expect(oauth.getLoginStatus()).not.toHaveProperty("qrSvg");
      codes.answers.push("tokens");
      await clock.advance(5_000);
      expect(await login).toBe("Ada");
    });
  }
});

describe("RFC 8628 §3.4, §3.5", () => {
  test("each poll lets the server wait 25 s, and none begins sooner than the interval after the last", async () => {
    const { clock, codes, begin, oauth } = await createWaitingGame();
    void begin();
    await clock.advance(14_000);
    expect(codes.times).toEqual([0, 5, 10]);
    expect(codes.polls[0]?.request).toMatchObject({
      prefer: "wait=25",
      body: {
        grant_type: "urn:ietf:params:oauth:grant-type:device_code",
        client_id: "game",
        device_code: CODE.device_code,
      },
    });
    oauth.dispose();
  });

  test("after an answer that was waited for the next poll begins at once", async () => {
    const { clock, codes, begin, oauth } = await createWaitingGame();
    const held = Promise.withResolvers<Response>();
    codes.answers.push(held.promise);
    void begin();
    await clock.advance(25_000);
    held.resolve(oauthRefusal("authorization_pending"));
    await clock.advance(0);
    expect(codes.times).toEqual([0, 25]);
    oauth.dispose();
  });

  test("slow_down adds five seconds each time, for good", async () => {
    const { clock, codes, begin, oauth } = await createWaitingGame();
    codes.answers.push("slow_down", "authorization_pending", "slow_down");
    void begin();
    await clock.advance(60_000);
    expect(codes.times).toEqual([0, 10, 20, 35, 50]);
    oauth.dispose();
  });

  test("the interval is the server's, and five seconds where it says none", async () => {
    for (const [interval, times] of [
      [2, [0, 2, 4, 6]],
      [undefined, [0, 5]],
    ] as const) {
      const { clock, codes, begin, oauth } = await createWaitingGame();
      codes.instead["/oauth/device_authorization"] = () => Response.json({ ...CODE, interval });
      void begin();
      await clock.advance(7_000);
      expect(codes.times).toEqual([...times]);
      oauth.dispose();
    }
  });

  test("the player's no is access_denied, and nothing is asked any more", async () => {
    const { clock, codes, begin, storage, oauth } = await createWaitingGame();
    codes.answers.push("authorization_pending", "access_denied");
    const login = begin();
    await clock.advance(600_000);
    expect([await login, codes.times, storage.session]).toEqual(["access_denied", [0, 5], null]);
    expect(oauth.getLoginStatus()).toMatchObject({ state: "failed", error: { code: "access_denied" } });
    expect(clock.pendingTimers).toBe(0);
  });

  test("a code that the server says has expired is login_timeout", async () => {
    const { clock, codes, begin } = await createWaitingGame();
    codes.answers.push("expired_token");
    expect(await begin()).toBe("login_timeout");
    expect(clock.pendingTimers).toBe(0);
  });

  test("a code that has served or is none is invalid_grant; what nobody expects is told by its status", async () => {
    for (const [answer, code] of [
      [oauthRefusal("invalid_grant"), "invalid_grant"],
      [oauthRefusal("unauthorized_client"), "request_failed"],
      [new Response("<html>", { status: 403 }), "request_failed"],
      [Response.json({ access_token: 7 }), "invalid_response"],
    ] as const) {
      const { codes, begin } = await createWaitingGame();
      codes.answers.push(answer.clone());
      expect(await begin()).toBe(code);
    }
  });

  for (const [name, failure] of Object.entries({
    "no network": "offline",
    "a server that is down": new Response("", { status: 502 }),
    "a database that is down": oauthRefusal("temporarily_unavailable", 503),
    "too many requests": oauthRefusal("temporarily_unavailable", 429),
  })) {
    test(`${name} is waited out, ever longer, and asks at once whether the player has answered`, async () => {
      const { clock, codes, begin } = await createWaitingGame();
      const again = () => (typeof failure === "string" ? failure : failure.clone());
      codes.answers.push(...Array.from({ length: 4 }, again), "authorization_pending", "tokens");
      const login = begin();
      await clock.advance(120_000);
      expect(await login).toBe("Ada");
      expect(codes.times).toEqual([0, 5, 15, 35, 65, 70]);
      expect(codes.polls.map(({ request }) => request.prefer)).toEqual([
        "wait=25",
        null,
        null,
        null,
        null,
        "wait=25",
      ]);
    });
  }

  test("a server that asks to wait is heard", async () => {
    const { clock, codes, begin, oauth } = await createWaitingGame();
    codes.answers.push(oauthRefusal("temporarily_unavailable", 503, { "retry-after": "40" }));
    void begin();
    await clock.advance(41_000);
    expect(codes.times).toEqual([0, 40]);
    oauth.dispose();
  });

  test("without a network it ends when the code has, and not before", async () => {
    const { clock, codes, begin } = await createWaitingGame();
    codes.answers.push(...Array<string>(100).fill("offline"));
    const login = begin();
    await clock.advance(599_000);
    expect(await outcomeOf(login)).toBe(pending);
    await clock.advance(35_000);
    expect(await login).toBe("login_timeout");
  });

  test("loginTimeoutSeconds ends it sooner, and the default does not", async () => {
    for (const [loginTimeoutSeconds, ends] of [
      [undefined, pending],
      [60, "login_timeout"],
    ] as const) {
      const { clock, begin, oauth } = await createWaitingGame({ loginTimeoutSeconds });
      const login = begin();
      await clock.advance(400_000);
      expect(await outcomeOf(login)).toBe(ends);
      oauth.dispose();
    }
  });
});

describe("A device that sleeps while its code waits", () => {
  test("gives a request up that was open, and asks at once", async () => {
    const { clock, codes, begin } = await createWaitingGame();
    codes.answers.push(new Promise(() => {}), "tokens");
    const login = begin();
    await settled();
    clock.sleep(300_000);
    await clock.advance(6_000);
    expect(await login).toBe("Ada");
    expect(codes.times).toEqual([0, 6]);
  });

  test("for longer than the code lasts: the server's word counts, be it yes or no", async () => {
    for (const [answer, outcome] of [
      ["tokens", "Ada"],
      ["expired_token", "login_timeout"],
    ] as const) {
      const { clock, codes, begin } = await createWaitingGame();
      codes.answers.push("authorization_pending", answer);
      const login = begin();
      await settled();
      clock.sleep(900_000);
      await clock.advance(5_000);
      expect(await login).toBe(outcome);
    }
  });

  test("a clock that somebody sets by years changes nothing", async () => {
    for (const years of [-5, 5]) {
      const { clock, codes, begin } = await createWaitingGame();
      codes.answers.push("authorization_pending", "authorization_pending", "tokens");
      const login = begin();
      await settled();
      clock.jump(years * 365 * 86_400_000);
      await clock.advance(20_000);
      expect(await login).toBe("Ada");
    }
  });

  test("a request that is never answered is given up after 35 s", async () => {
    const { clock, codes, begin } = await createWaitingGame();
    codes.answers.push(new Promise(() => {}), "tokens");
    const login = begin();
    await clock.advance(34_000);
    expect(codes.times).toEqual([0]);
    await clock.advance(6_000);
    expect([await login, codes.times]).toEqual(["Ada", [0, 40]]);
  });
});

describe("Giving a code up", () => {
  const ways = {
    "an AbortSignal": ({ abort }: { abort: AbortController }) => abort.abort(),
    "another sign-in": ({ oauth }: { oauth: ReturnType<typeof createGame>["oauth"] }) =>
      void oauth.loginAsGuest().catch(() => {}),
    logout: ({ oauth }: { oauth: ReturnType<typeof createGame>["oauth"] }) => void oauth.logout(),
    "login() for a page": ({ oauth }: { oauth: ReturnType<typeof createGame>["oauth"] }) =>
      void oauth.login().catch(() => {}),
  };
  for (const [name, giveUp] of Object.entries(ways)) {
    test(`by ${name} is cancelled, and asks no more`, async () => {
      const { oauth, codes, clock } = await createWaitingGame();
      const abort = new AbortController();
      const outcome = oauth.login({ mode: "code", signal: abort.signal }).then(
        () => "success",
        ({ code }) => code,
      );
      await clock.advance(6_000);
      giveUp({ oauth, abort });
      await clock.advance(60_000);
      expect(codes.times).toEqual([0, 5]);
      expect(await outcome).toBe("cancelled");
    });
  }

  test("C16 by dispose leaves no timer and no request behind", async () => {
    const { begin, oauth, codes, clock, events } = await createWaitingGame();
    const held = Promise.withResolvers<Response>();
    codes.answers.push(held.promise);
    const login = begin();
    await settled();
    events.length = 0;
    oauth.dispose();
    held.resolve(oauthRefusal("authorization_pending"));
    await clock.advance(600_000);
    expect([await login, codes.times, events, clock.pendingTimers]).toEqual(["disposed", [0], [], 0]);
  });

  test("login({ mode: 'code' }) once more is the same sign-in, with the same code", async () => {
    const { oauth, server, codes, clock } = await createWaitingGame();
    const both = [oauth.login({ mode: "code" })];
    await settled();
    both.push(oauth.login({ mode: "code" }));
    codes.answers.push("tokens");
    await clock.advance(5_000);
    expect((await Promise.all(both)).map(({ name }) => name)).toEqual(["Ada", "Ada"]);
    expect(server.count("/oauth/device_authorization")).toBe(1);
  });

  test("once the server has opened the session, ends that at the server", async () => {
    const { codes, clock, oauth, server, storage, events } = await createWaitingGame();
    codes.answers.push("tokens");
    codes.instead["/api/me"] = () => refusal(503, "database_unavailable");
    const abort = new AbortController();
    const outcome = oauth.login({ mode: "code", signal: abort.signal }).catch(({ code }) => code);
    await clock.advance(2_000);
    abort.abort();
    await clock.advance(1_000);
    expect(await outcome).toBe("cancelled");
    expect(server.requests.at(-1)).toMatchObject({
      path: "/api/logout",
      body: { refresh_token: "refresh-1.1" },
    });
    expect([storage.session, events.includes("logout")]).toEqual([null, false]);
  });
});

describe("Once the player has confirmed", () => {
  test("who it is is asked until it is known, and the session counts from when it came", async () => {
    const { codes, clock, begin, server, oauth, storage } = await createWaitingGame();
    codes.answers.push("tokens");
    let fails = 3;
    codes.instead["/api/me"] = (request) =>
      fails-- > 0 ? (fails ? offline(request) : refusal(429, "rate_limited")) : undefined;
    const login = begin();
    await clock.advance(10_000);
    expect(await login).toBe("Ada");
    expect(server.count("/api/me")).toBe(4);
    expect(storage.session).toMatchObject({ refreshToken: "refresh-1.1", user: { name: "Ada" } });
    expect(oauth.expiresAt?.getTime()).toBe(Date.UTC(2030, 0, 1) + 3_600_000);
    await clock.advance(3_600_000);
    expect(server.refreshes).toBe(1);
  });

  test("a session that is refused at once is no sign-in", async () => {
    const { codes, begin, storage } = await createWaitingGame();
    codes.answers.push("tokens");
    codes.instead["/api/me"] = () => refusal(401, "invalid_token");
    expect(await begin()).toBe("invalid_token");
    expect(storage.session).toBeNull();
  });

  test("the session is as of any sign-in: stored, told of, and there at the next start", async () => {
    const game = await createWaitingGame();
    game.codes.answers.push("tokens");
    await game.begin();
    await settled();
    expect(game.events.slice(-3)).toEqual(["login:Ada", "user:Ada", "status:success"]);
    const next = createGame({ world: game });
    expect(await next.oauth.loadStoredCredentials()).toBe(true);
  });
});

describe("A server that gives no code", () => {
  test("of an earlier release, or without the client, is code_unavailable", async () => {
    for (const answer of [() => refusal(404, "not_found"), () => oauthRefusal("invalid_client")]) {
      const { codes, begin } = await createWaitingGame();
      codes.instead["/oauth/device_authorization"] = answer;
      expect(await begin()).toBe("code_unavailable");
    }
  });

  test("that says no, fails, or answers nonsense is told by its status", async () => {
    const { verification_uri, ...incomplete } = CODE;
    const answers: [() => Response, string][] = [
      [() => oauthRefusal("temporarily_unavailable", 429, { "retry-after": "30" }), "rate_limited"],
      [() => oauthRefusal("server_error", 500), "server_error"],
      [() => oauthRefusal("invalid_request"), "request_failed"],
      [() => Response.json(incomplete), "invalid_response"],
      [
        () => Response.json({ ...CODE, verification_uri_complete: "javascript:alert(1)" }),
        "invalid_response",
      ],
      [() => new Response("<html>"), "invalid_response"],
    ];
    for (const [answer, code] of answers) {
      const { codes, oauth } = await createWaitingGame();
      codes.instead["/oauth/device_authorization"] = answer;
      const error = await oauth.login({ mode: "code" }).catch((thrown) => thrown);
      expect(error).toMatchObject({ name: "AccountError", code });
      if (code === "rate_limited") expect(error.retryAfterSeconds).toBe(30);
    }
  });

  test("that cannot be reached is network_error", async () => {
    const { codes, begin } = await createWaitingGame();
    codes.instead["/oauth/device_authorization"] = offline;
    expect(await begin()).toBe("network_error");
  });
});
