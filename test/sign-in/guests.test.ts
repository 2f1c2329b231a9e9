import { describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { cleanUp } from "../../src/host/clean-up";
import type { SessionAnswer } from "../../src/session/model";
import { createStores } from "../../src/stores";
import { googleTokens, refreshed, signIn } from "../support/players";
import { bearer, expectError, expectInvalid, get, post } from "../support/requests";
import { onEachDatabase, onEmbedded } from "../support/suite";

const DAY = 86_400;
const newKey = () => randomBytes(32).toString("base64url");

onEachDatabase((at) => {
  const login = (guest_key: string) => post(at.server, "/api/login", { provider: "guest", guest_key });
  const play = async (guest_key = newKey()): Promise<SessionAnswer> => (await login(guest_key)).body;

  test("a guest plays at once, with a name of their own", async () => {
    const { status, body } = await login(newKey());
    expect(status).toBe(200);
    expect(body.user).toMatchObject({ guest: true, providers: ["guest"], email: "", picture: null });
    expect(body.user.name.length).toBeGreaterThanOrEqual(3);
    expect((await get(at.server, "/api/me", bearer(body))).body.user).toEqual(body.user);
  });

  test("the same key is the same player at every start", async () => {
    const key = newKey();
    const first = await play(key);
    const second = await play(key);
    expect(second.user.id).toBe(first.user.id);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    await refreshed(at.server, first);
  });

  test("S16 a key that fifty callers use at once is one player, and nobody is lost", async () => {
    const key = newKey();
    const answers = await Promise.all(Array.from({ length: 50 }, () => login(key)));
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
    expect(new Set(answers.map(({ body }) => body.user.id)).size).toBe(1);
  });

  test("a player of Google's is no guest", async () => {
    expect((await signIn(at.server)).user).toMatchObject({ guest: false, providers: ["google"] });
  });

  test("S39 the database holds no key", async () => {
    const key = newKey();
    await play(key);
    const { rows } = await at.server.database.pool.query(
      "SELECT subject FROM identities WHERE provider = 'guest'",
    );
    for (const { subject } of rows) expect(subject).not.toContain(key.slice(0, 20));
  });

  test.each([
    ["too short", "a".repeat(42)],
    ["too long", "a".repeat(44)],
    ["not base64url", `${"a".repeat(42)}+`],
  ])("a key that is %s is a 400", async (_what, key) => {
    expectInvalid(await login(key), "guest_key");
  });

  test("a proof of another provider than the one named is a 400", async () => {
    const { access_token } = await googleTokens(at.server);
    expectInvalid(await post(at.server, "/api/login", { provider: "guest", access_token }), "provider");
    expectInvalid(await post(at.server, "/api/login", { guest_key: newKey() }), "provider");
    expectInvalid(
      await post(at.server, "/api/login", { provider: "google", guest_key: newKey() }),
      "provider",
    );
    const google = await post(at.server, "/api/login", { provider: "google", access_token });
    expect(google.status).toBe(200);
  });

  test("a provider that is not here is a 400", async () => {
    const body = { provider: "nobody", guest_key: newKey() };
    expectError(await post(at.server, "/api/login", body), "provider_unavailable");
  });

  describe("the purge", () => {
    const clean = () => {
      const { database, clock, config } = at.server;
      return cleanUp(createStores(database, clock, config, database.background), config);
    };
    const isThere = async (id: number) => {
      const { rows } = await at.server.database.pool.query("SELECT FROM users WHERE id = $1", [id]);
      return rows.length > 0;
    };

    test("deletes guests who have not been here for ninety days, and nobody else", async () => {
      const key = newKey();
      const idle = await play(key);
      const starred = await play();
      const linked = await play();
      let refreshing = await play();
      const google = await signIn(at.server);
      const { pool } = at.server.database;
      await pool.query("UPDATE users SET stars = 1 WHERE id = $1", [starred.user.id]);
      await pool.query("UPDATE users SET providers = '{google,guest}' WHERE id = $1", [linked.user.id]);
      at.server.clock.advance(29 * DAY);
      refreshing = await refreshed(at.server, refreshing);
      at.server.clock.advance(29 * DAY);
      refreshing = await refreshed(at.server, refreshing);
      await clean();
      expect(await isThere(idle.user.id)).toBe(true);
      at.server.clock.advance(29 * DAY);
      refreshing = await refreshed(at.server, refreshing);
      const late = await play();
      at.server.clock.advance(4 * DAY);
      await clean();
      expect(await isThere(idle.user.id)).toBe(false);
      for (const { user } of [starred, linked, refreshing, google, late])
        expect(await isThere(user.id)).toBe(true);
      const anew = await play(key);
      expect(anew.user.id).not.toBe(idle.user.id);
    });
  });
});

onEmbedded(
  (at) => {
    const login = (guest_key: string) => post(at.server, "/api/login", { provider: "guest", guest_key });

    test("more new guests than an address may have are refused, and those who are there play on", async () => {
      const key = newKey();
      expect((await login(key)).status).toBe(200);
      expect((await login(newKey())).status).toBe(200);
      expectError(await login(newKey()), "rate_limited");
      expect((await login(key)).status).toBe(200);
    });
  },
  {
    env: { RATE_LIMIT: "on" },
    adjust: (config) => ({ ...config, guests: { ...config.guests, newPerAddressPerHour: 2 } }),
  },
);

onEmbedded(
  (at) => {
    test("where guests may not play, there is no such provider", async () => {
      const body = { provider: "guest", guest_key: newKey() };
      expectError(await post(at.server, "/api/login", body), "provider_unavailable");
    });
  },
  { adjust: (config) => ({ ...config, guests: { ...config.guests, enabled: false } }) },
);
