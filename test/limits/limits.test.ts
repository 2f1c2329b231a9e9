import { describe, expect, test } from "bun:test";
import { RateLimiterRes } from "rate-limiter-flexible";
import { ApiError } from "../../src/errors";
import { createLimits, type Limits } from "../../src/limits/limits";
import { memoryStore, openLimitStore } from "../../src/limits/store";
import { locationOf, newGame, startUrl, visit } from "../support/authorization";
import { openPostgresForTest } from "../support/databases";
import { freshAccount, freshName, googleTokens, refresh, signIn } from "../support/players";
import { postgresAvailable } from "../support/postgres";
import { bearer, expectError, get, post } from "../support/requests";
import { onEmbedded } from "../support/suite";

const GUESTS = { newPerAddressPerHour: 20, newPerHour: 100 };
const refusal = () => Promise.reject(new ApiError("google_token_invalid"));

async function repeat(times: number, action: (turn: number) => Promise<unknown>): Promise<void> {
  for (let turn = 0; turn < times; turn++) await action(turn);
}

/** How many of many calls at once get through. */
async function fitting(times: number, action: (turn: number) => Promise<unknown>): Promise<number> {
  const results = await Promise.allSettled(Array.from({ length: times }, (_, turn) => action(turn)));
  return results.filter(({ status }) => status === "fulfilled").length;
}

describe("what counts", () => {
  const guess = async (limits: Limits, ip: string) => {
    const outcome = await limits.signInAttempt(ip, refusal).catch((error: ApiError) => error.code);
    return outcome === "google_token_invalid";
  };

  test("S53 refused sign-ins count by address; beyond 200 in five minutes they run one after the other", async () => {
    const limits = createLimits(memoryStore, GUESTS);
    await repeat(200, () => guess(limits, "192.0.2.1"));
    let running = 0;
    let most = 0;
    const slow = async () => {
      most = Math.max(most, ++running);
      await Bun.sleep(1);
      running--;
      throw new ApiError("google_token_invalid");
    };
    const attempt = (ip: string) => limits.signInAttempt(ip, slow).catch((error: ApiError) => error.code);
    const codes = await Promise.all(Array.from({ length: 40 }, () => attempt("192.0.2.1")));
    expect(most).toBe(1);
    expect(codes.filter((code) => code === "google_token_invalid")).toHaveLength(17);
    expect(codes.filter((code) => code === "rate_limited")).toHaveLength(23);
    most = 0;
    await Promise.all(Array.from({ length: 40 }, () => attempt("192.0.2.2")));
    expect(most).toBe(40);
  });

  test("a flood of refusals writes no more to the shared store than it takes to be known", async () => {
    let writes = 0;
    const counter: typeof memoryStore.counter = (window) => {
      const { consume } = memoryStore.counter(window);
      return {
        consume: (key) => {
          writes++;
          return consume(key);
        },
      };
    };
    const limits = createLimits({ ...memoryStore, counter }, GUESTS);
    await repeat(2_000, () => guess(limits, "192.0.2.1"));
    expect(writes).toBe(200);
  });

  test("whoever is right behind an address that was refused 186 times, or a thousand, gets in", async () => {
    const limits = createLimits(memoryStore, GUESTS);
    for (const refusals of [186, 814]) {
      await repeat(refusals, () => guess(limits, "192.0.2.1"));
      expect(await limits.signInAttempt("192.0.2.1", async () => "in")).toBe("in");
    }
  });

  test("five thousand players behind one address sign in at once", async () => {
    const limits = createLimits(memoryStore, GUESTS);
    const attempt = () => limits.signInAttempt("192.0.2.1", () => Bun.sleep(1).then(() => "in"));
    expect(await fitting(5_000, attempt)).toBe(5_000);
  });

  test("sign-ins that succeed, or fail for Google's sake, do not count by address", async () => {
    const limits = createLimits(memoryStore, GUESTS);
    await repeat(500, () => limits.signInAttempt("192.0.2.1", async () => "in"));
    const outage = () => Promise.reject(new ApiError("google_unavailable"));
    await repeat(500, () => limits.signInAttempt("192.0.2.1", outage).catch(() => {}));
    expect(await fitting(40, () => limits.signInAttempt("192.0.2.1", () => Bun.sleep(1)))).toBe(40);
  });

  test.each([
    ["/64", 200, (turn: number) => `2001:db8:1:2:${turn.toString(16)}::1`],
    ["/56", 800, (turn: number) => `2001:db8:1:${(0x200 + (turn % 256)).toString(16)}::1`],
    ["/48", 3_200, (turn: number) => `2001:db8:1:${turn.toString(16)}::1`],
  ])("S53 IPv6 addresses count by their %s as well", async (_prefix, refusals, address) => {
    const limits = createLimits(memoryStore, GUESTS);
    const together = () => fitting(40, (turn) => limits.signInAttempt(address(turn), () => Bun.sleep(1)));
    await repeat(refusals - 1, (turn) => guess(limits, address(turn)));
    expect(await together()).toBe(40);
    await guess(limits, address(0));
    expect(await together()).toBe(17);
    expect(await limits.signInAttempt("2001:db8:2::1", async () => "in")).toBe("in");
  });

  test("when too much is refused over all, an address has few refusals left, and no other is touched", async () => {
    const limits = createLimits(memoryStore, GUESTS);
    await repeat(10_000, (turn) => guess(limits, `10.${turn >> 8}.${turn & 255}.1`));
    await repeat(5, () => guess(limits, "192.0.2.1"));
    const together = (ip: string) => fitting(40, () => limits.signInAttempt(ip, () => Bun.sleep(1)));
    expect(await together("192.0.2.1")).toBe(17);
    expect(await together("192.0.2.2")).toBe(40);
  });

  test("lines of refusals are limited over all as well", async () => {
    const limits = createLimits(memoryStore, GUESTS);
    let lines = 0;
    await repeat(5_000, async (turn) => {
      if ((await limits.refusalLine(`10.${turn >> 8}.${turn & 255}.1`)) === 0) lines++;
    });
    expect(lines).toBe(3_000);
  });

  test("guests may be new so often from an address and its networks, and from everywhere", async () => {
    const limits = createLimits(memoryStore, GUESTS);
    expect(await fitting(50, () => limits.newGuest("192.0.2.1"))).toBe(20);
    expect(await fitting(100, (turn) => limits.newGuest(`2001:db8:1:2${(turn % 10).toString(16)}::1`))).toBe(
      80,
    );
    expect(await fitting(50, (turn) => limits.newGuest(`198.51.100.${turn}`))).toBe(0);
    const roomy = createLimits(memoryStore, { ...GUESTS, newPerHour: 1_000 });
    expect(await fitting(200, (turn) => roomy.newGuest(`2001:db8:1:2${(turn % 10).toString(16)}::1`))).toBe(
      80,
    );
  });

  test("a session's token before the last is taken a hundred times after a rotation, from elsewhere three times", async () => {
    const limits = createLimits(memoryStore, GUESTS);
    expect(await fitting(200, () => limits.repeatedRefresh("s", 1, false))).toBe(100);
    expect(await fitting(200, () => limits.repeatedRefresh("s", 1, true))).toBe(3);
    expect(await fitting(200, () => limits.repeatedRefresh("s", 2, true))).toBe(3);
  });

  test("a refusal says when to come back", async () => {
    const limits = createLimits(memoryStore, GUESTS);
    await fitting(60, () => limits.signIn("google", "1"));
    const error = (await limits.signIn("google", "1").catch((thrown) => thrown)) as ApiError;
    expect(error.status).toBe(429);
    expect(error.retryAfterSeconds).toBeWithin(3_590, 3_601);
  });

  test("a session that refreshes as it should never reaches the shared store", async () => {
    let reached = 0;
    const count = async () => {
      reached++;
      return new RateLimiterRes();
    };
    const limits = createLimits({ ...memoryStore, counter: () => ({ consume: count }) }, GUESTS);
    await repeat(20, () => limits.refresh("session"));
    await repeat(1_000, () => limits.forgedToken("192.0.2.1").catch(() => {}));
    expect(reached).toBe(0);
    await limits.refresh("session");
    expect(reached).toBe(1);
  });

  test("sixty-four tabs may refresh one session at once, a flood may not", async () => {
    const limits = createLimits(memoryStore, GUESTS);
    expect(await fitting(64, () => limits.refresh("tabs"))).toBe(64);
    expect(await fitting(1_000, () => limits.refresh("flood"))).toBe(120);
  });
});

describe("over HTTP", () => {
  onEmbedded(
    (at) => {
      const forge = () => refresh(at.server, "AQ".padEnd(71, "A"));

      test("fifty players behind one address never meet a limit", async () => {
        const play = async () => {
          const account = freshAccount();
          const { access_token } = await googleTokens(at.server);
          const mistakes = await post(at.server, "/api/login", { access_token: `${access_token}x` });
          let session = await signIn(at.server, { account });
          session = await signIn(at.server, { account });
          const answers = [await refresh(at.server, session)];
          answers.push(await refresh(at.server, answers[0]?.body.refresh_token ?? ""));
          answers.push(
            await post(at.server, "/api/update_username", { new_username: freshName() }, bearer(session)),
          );
          return [mistakes.status, ...answers.map(({ status }) => status)];
        };
        for (let group = 0; group < 5; group++) {
          const outcomes = await Promise.all(Array.from({ length: 10 }, play));
          expect(new Set(outcomes.map(String))).toEqual(new Set(["401,200,200,200"]));
        }
      }, 30_000);

      test("forged refresh tokens are limited by address, without a query, and real ones go on", async () => {
        const session = await signIn(at.server);
        const { pool } = at.server.database;
        const query = pool.query;
        let queries = 0;
        pool.query = ((...args: Parameters<typeof query>) => {
          // What the door is like, a server asks every five seconds, whoever comes.
          if ((args[0] as { name?: string }).name !== "read_door") queries++;
          return query.apply(pool, args);
        }) as typeof query;
        const statuses: number[] = [];
        for (let turn = 0; turn < 310; turn++) statuses.push((await forge()).status);
        const me = await get(at.server, "/api/me", bearer("not.a.token"));
        pool.query = query;
        expect(statuses.slice(0, 300)).toEqual(Array(300).fill(401));
        expect(statuses.slice(300)).toEqual(Array(10).fill(429));
        expectError(await forge(), "rate_limited");
        expectError(me, "invalid_token");
        expect(queries).toBe(0);
        expect((await refresh(at.server, session)).status).toBe(200);
      }, 20_000);

      test("a player's renames are limited, whatever session they come from", async () => {
        const account = freshAccount();
        const devices = [await signIn(at.server, { account }), await signIn(at.server, { account })];
        const rename = (turn: number) =>
          post(at.server, "/api/update_username", { new_username: "x" }, bearer(devices[turn % 2]!));
        await repeat(60, rename);
        expectError(await rename(0), "rate_limited");
        expectError(await rename(1), "rate_limited");
        const other = await signIn(at.server);
        expect(
          (await post(at.server, "/api/update_username", { new_username: "x" }, bearer(other))).status,
        ).toBe(422);
      }, 20_000);

      test("nor does a flood of sign-ins that players gave up", async () => {
        const before = (await at.server.logLines()).length;
        const google = await locationOf(startUrl(at.server, newGame()));
        const state = google.searchParams.get("state") ?? "";
        const declined = `${at.server.origin}/auth/google/callback?${new URLSearchParams({ state, error: "access_denied" })}`;
        for (let turn = 0; turn < 400; turn++) expect((await visit(declined)).status).toBe(302);
        expect((await at.server.logLines()).length - before).toBeLessThanOrEqual(300);
      }, 20_000);

      test("a flood of refusals does not fill the log", async () => {
        const before = (await at.server.logLines()).length;
        for (let turn = 0; turn < 400; turn++) await get(at.server, "/api/me", bearer("flood"));
        expect((await at.server.logLines()).length - before).toBeLessThanOrEqual(300);
      }, 20_000);
    },
    { env: { RATE_LIMIT: "on" } },
  );
});

describe("behind a proxy", () => {
  const forwarded = (ip: string) => ({ "x-forwarded-for": ip });
  const proxied = (at: { server: { origin: string } }, ip: string) =>
    post(at.server, "/api/refresh", { refresh_token: "forged" }, forwarded(ip));

  onEmbedded(
    (at) => {
      test("S52 X-Forwarded-For from a peer that is no trusted proxy moves neither limit nor log", async () => {
        for (let turn = 0; turn < 300; turn++) await proxied(at, `203.0.113.${turn % 250}`);
        expectError(await proxied(at, "198.51.100.1"), "rate_limited");
        const lines = await at.server.logLines();
        expect(new Set(lines.map(({ ip }) => ip))).toEqual(new Set(["127.0.0.1"]));
      }, 20_000);
    },
    { env: { RATE_LIMIT: "on" } },
  );

  onEmbedded(
    (at) => {
      test("a thief on another network gets the successor three times after a rotation, and each leaves a line", async () => {
        const owner = await signIn(at.server);
        const from = (ip: string) => ({ "x-forwarded-for": ip });
        const rotate = (ip: string) =>
          post(at.server, "/api/refresh", { refresh_token: owner.refresh_token }, from(ip));
        expect((await rotate("192.0.2.1")).status).toBe(200);
        const statuses: number[] = [];
        for (let turn = 0; turn < 5; turn++) statuses.push((await rotate("198.51.100.7")).status);
        expect(statuses).toEqual([200, 200, 200, 429, 429]);
        expect((await rotate("192.0.2.1")).status).toBe(200);
        const lines = (await at.server.logLines()).filter(({ event }) => event === "refresh_repeated");
        expect(lines.map(({ ip }) => ip)).toEqual([
          "198.51.100.7",
          "198.51.100.7",
          "198.51.100.7",
          "192.0.2.1",
        ]);
      });

      test("S52 from a trusted proxy it tells whose limit it is", async () => {
        for (let turn = 0; turn < 300; turn++) await proxied(at, "203.0.113.1");
        expectError(await proxied(at, "203.0.113.1"), "rate_limited");
        expectError(await proxied(at, "spoofed, 203.0.113.1"), "rate_limited");
        expectError(await proxied(at, "203.0.113.2"), "invalid_grant");
      }, 20_000);
    },
    {
      env: { RATE_LIMIT: "on" },
      adjust: (config) => ({ ...config, server: { ...config.server, trustedProxies: ["127.0.0.1"] } }),
    },
  );
});

describe.skipIf(!postgresAvailable())("two replicas", () => {
  test("S53 share the limits through PostgreSQL", async () => {
    await using stack = new AsyncDisposableStack();
    const database = await openPostgresForTest();
    stack.defer(() => database.close());
    const replicas = await Promise.all(
      [0, 1].map(async () => {
        const store = await openLimitStore({ enabled: true, store: "postgres" }, database, () => {});
        return createLimits(store, GUESTS);
      }),
    );
    const guess = (turn: number) => replicas[turn % 2]!.signInAttempt("192.0.2.1", refusal).catch(() => {});
    await repeat(200, guess);
    // Each learns with its own next refusal that the address has used up what all have counted.
    await repeat(2, guess);
    for (const limits of replicas)
      expect(await fitting(40, () => limits.signInAttempt("192.0.2.1", () => Bun.sleep(1)))).toBe(17);
  }, 30_000);
});
