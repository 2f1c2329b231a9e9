import { describe, expect, test } from "bun:test";
import type { SessionAnswer } from "../../src/session/model";
import { type Device, hashOf, newDevice } from "../support/dpop";
import { newGuestKey } from "../support/guests";
import { refresh } from "../support/players";
import { bearer, expectError, get, post } from "../support/requests";
import { onEachDatabase, onEmbedded } from "../support/suite";

onEachDatabase((at) => {
  const url = (path: string) => at.server.origin + path;
  const device = () => newDevice(() => at.server.clock.now());

  async function sent(by: Device | null, path: string, body: object) {
    const headers = by ? { dpop: await by.proof("POST", url(path)) } : {};
    return post(at.server, path, body, headers as Record<string, string>);
  }
  const guest = (by: Device | null, guest_key = newGuestKey()) =>
    sent(by, "/api/login", { provider: "guest", guest_key });
  const refreshWith = (by: Device | null, refresh_token: string) =>
    sent(by, "/api/refresh", { refresh_token });
  const dpop = async (by: Device, path: string, session: SessionAnswer, method = "GET") => ({
    authorization: `DPoP ${session.access_token}`,
    dpop: await by.proof(method, url(path), { ath: hashOf(session.access_token) }),
  });
  const me = async (by: Device, session: SessionAnswer) =>
    get(at.server, "/api/me", await dpop(by, "/api/me", session));

  test("a sign-in with a proof binds the session, and the access token says to which key", async () => {
    const own = await device();
    const { status, body, headers } = await guest(own);
    expect([status, body.token_type]).toEqual([200, "DPoP" as never]);
    expect(headers.get("dpop-nonce")).toMatch(/^[\w-]{24}$/);
    const claims = JSON.parse(Buffer.from(body.access_token.split(".")[1]!, "base64url").toString());
    expect(claims.cnf).toEqual({ jkt: expect.stringMatching(/^[\w-]{43}$/) });
    expect((await me(own, body)).body.user.id).toBe(body.user.id);
  });

  test("without a proof everything is as it was", async () => {
    const { body, headers } = await guest(null);
    expect([body.token_type as string, headers.get("dpop-nonce")]).toEqual(["Bearer", null]);
    expect((await refresh(at.server, body)).status).toBe(200);
    // A game that has learned of proofs since goes on with the session that it has.
    const later = await refreshWith(await device(), (await refresh(at.server, body)).body.refresh_token);
    expect([later.status, later.body.token_type as string]).toEqual([200, "Bearer"]);
  });

  test("the key gets the next token, again after a lost answer, and a week later", async () => {
    const own = await device();
    const { body: first } = await guest(own);
    const { body: second } = await refreshWith(own, first.refresh_token);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    at.server.clock.advance(7 * 86_400);
    const again = await refreshWith(own, first.refresh_token);
    expect([again.status, again.body.refresh_token]).toEqual([200, second.refresh_token]);
    const { body: third } = await refreshWith(own, second.refresh_token);
    for (const earlier of [first, second, third].slice(0, 2))
      expect((await refreshWith(own, earlier.refresh_token)).body.refresh_token).toBe(third.refresh_token);
    expect((await refreshWith(own, third.refresh_token)).status).toBe(200);
  });

  test("a thief with any token and another key, or none, gets nothing and ends nothing", async () => {
    const own = await device();
    const thief = await device();
    const { body: first } = await guest(own);
    const { body: second } = await refreshWith(own, first.refresh_token);
    const { body: third } = await refreshWith(own, second.refresh_token);
    for (const { refresh_token } of [first, second, third])
      for (const by of [thief, null]) expectError(await refreshWith(by, refresh_token), "invalid_dpop_proof");
    expect((await refreshWith(own, third.refresh_token)).status).toBe(200);
    const { rows } = await at.server.database.pool.query(
      "SELECT revoked_at FROM refresh_tokens WHERE user_id = $1",
      [first.user.id],
    );
    expect(rows).toEqual([{ revoked_at: null }]);
  });

  test("a thief cannot sign the player out", async () => {
    const own = await device();
    const { body } = await guest(own);
    for (const by of [await device(), null])
      expectError(await sent(by, "/api/logout", { refresh_token: body.refresh_token }), "invalid_dpop_proof");
    expect((await me(own, body)).status).toBe(200);
    expect((await sent(own, "/api/logout", { refresh_token: body.refresh_token })).status).toBe(200);
    expectError(await me(own, body), "invalid_token");
    expectError(await refreshWith(own, body.refresh_token), "invalid_grant");
    expect((await sent(null, "/api/logout", { refresh_token: body.refresh_token })).status).toBe(200);
  });

  test("a bound access token is worth nothing as Bearer, with another key, or another token's proof", async () => {
    const own = await device();
    const { body } = await guest(own);
    expectError(await get(at.server, "/api/me", bearer(body)), "invalid_token");
    expectError(await me(await device(), body), "invalid_dpop_proof");
    const proof = (changes: object) => own.proof("GET", url("/api/me"), changes as Record<string, unknown>);
    const asked = async (dpop: string) =>
      get(at.server, "/api/me", { authorization: `DPoP ${body.access_token}`, dpop });
    expectError(await asked(await proof({})), "invalid_dpop_proof");
    expectError(await asked(await proof({ ath: hashOf("another") })), "invalid_dpop_proof");
    expectError(
      await get(at.server, "/api/me", { authorization: `DPoP ${body.access_token}` }),
      "invalid_dpop_proof",
    );
  });

  test("a token that is bound to nothing is no DPoP token", async () => {
    const own = await device();
    const { body } = await guest(null);
    expectError(await me(own, body), "invalid_token");
  });

  test("a proof serves once for what changes something", async () => {
    const own = await device();
    const { body } = await guest(own);
    const proof = await own.proof("POST", url("/api/refresh"));
    const once = () =>
      post(at.server, "/api/refresh", { refresh_token: body.refresh_token }, { dpop: proof });
    const answers = await Promise.all(Array.from({ length: 8 }, once));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 200))
      expectError(answer, "invalid_dpop_proof");
    expect((await refreshWith(own, body.refresh_token)).status).toBe(200);
  });

  test.each([-86_400 * 365, -61, 61, 86_400 * 365])(
    "C11 a device whose clock is off by %d s needs the server's nonce, and nothing else",
    async (offset) => {
      const own = await newDevice(() => new Date(at.server.clock.now().getTime() + offset * 1_000));
      const asked = await guest(own);
      expectError(asked, "use_dpop_nonce");
      const nonce = asked.headers.get("dpop-nonce");
      const dpop = await own.proof("POST", url("/api/login"), { nonce });
      const answer = await post(
        at.server,
        "/api/login",
        { provider: "guest", guest_key: newGuestKey() },
        { dpop },
      );
      expect(answer.status).toBe(200);
    },
  );

  describe("A request of a device whose clock is ahead, which somebody has read,", () => {
    const spent = async () => {
      const { rows } = await at.server.database.pool.query("SELECT count(*)::int AS n FROM spent_proofs");
      return rows[0].n as number;
    };
    const iatIn = (seconds: number) => Math.floor(at.server.clock.now().getTime() / 1_000) + seconds;
    const refreshBy = (dpop: string, refresh_token: string) =>
      post(at.server, "/api/refresh", { refresh_token }, { dpop });

    test.each([62, 3_600, 20 * 86_400])("is no refresh when its time has come, %d s later", async (ahead) => {
      const own = await device();
      const { body } = await guest(own);
      const early = await own.proof("POST", url("/api/refresh"), { iat: iatIn(ahead) });
      for (let time = 0; time < 2; time++)
        expectError(await refreshBy(early, body.refresh_token), "use_dpop_nonce");
      at.server.clock.advance(ahead);
      expectError(await refreshBy(early, body.refresh_token), "invalid_dpop_proof");
      expect((await refreshWith(own, body.refresh_token)).status).toBe(200);
    });

    test("is no change of a profile either", async () => {
      const own = await device();
      const { body } = await guest(own);
      const path = "/api/update_username";
      const [early, late] = [`E${crypto.randomUUID().slice(0, 8)}`, `L${crypto.randomUUID().slice(0, 8)}`];
      const headers = {
        authorization: `DPoP ${body.access_token}`,
        dpop: await own.proof("POST", url(path), { iat: iatIn(900), ath: hashOf(body.access_token) }),
      };
      expectError(await post(at.server, path, { new_username: early }, headers), "use_dpop_nonce");
      const later = await post(at.server, path, { new_username: late }, await dpop(own, path, body, "POST"));
      expect(later.status).toBe(200);
      at.server.clock.advance(900);
      expectError(await post(at.server, path, { new_username: early }, headers), "invalid_dpop_proof");
      expect((await me(own, body)).body.user.name).toBe(late);
    });

    test("leaves a row where it could be sent once more, and nowhere else", async () => {
      const [own, stranger] = [await device(), await device()];
      const { body } = await guest(own);
      const early = (by: Device, iat: number) => by.proof("POST", url("/api/refresh"), { iat });
      const before = await spent();
      const asked: [string, string][] = [
        [await early(stranger, iatIn(600)), body.refresh_token],
        [await early(own, iatIn(600)), "no token"],
        [await early(own, iatIn(-600)), body.refresh_token],
        [await early(own, iatIn(366 * 86_400)), body.refresh_token],
        [await early(own, 1e300), body.refresh_token],
      ];
      for (const [dpop, token] of asked) expectError(await refreshBy(dpop, token), "use_dpop_nonce");
      const reading = await own.proof("GET", url("/api/me"), {
        iat: iatIn(600),
        ath: hashOf(body.access_token),
      });
      const authorization = `DPoP ${body.access_token}`;
      expectError(await get(at.server, "/api/me", { authorization, dpop: reading }), "use_dpop_nonce");
      expect(await spent()).toBe(before);
      expectError(await refreshBy(await early(own, iatIn(600)), body.refresh_token), "use_dpop_nonce");
      expect(await spent()).toBe(before + 1);
      const { rows } = await at.server.database.pool.query(
        "SELECT expires_at FROM spent_proofs ORDER BY expires_at DESC LIMIT 1",
      );
      expect(rows[0].expires_at.getTime() / 1_000).toBeWithin(iatIn(1_100), iatIn(1_300));
    });
  });

  test("a nonce is good for a few minutes", async () => {
    const own = await device();
    const nonce = (await guest(own)).headers.get("dpop-nonce");
    const withNonce = async () => {
      const dpop = await own.proof("POST", url("/api/login"), { nonce, iat: 1 });
      return post(at.server, "/api/login", { provider: "guest", guest_key: newGuestKey() }, { dpop });
    };
    at.server.clock.advance(140);
    expect((await withNonce()).status).toBe(200);
    at.server.clock.advance(3_600);
    expectError(await withNonce(), "use_dpop_nonce");
  });

  test("what went wrong with a bound session's token is in the log", async () => {
    const own = await device();
    const { body } = await guest(own);
    await refreshWith(await device(), body.refresh_token);
    const line = (await at.server.logLines()).findLast(({ event }) => event === "proof_refused");
    expect(line).toMatchObject({ user_id: body.user.id, route: "POST /api/refresh" });
  });

  test("a session goes on bound when its player is merged", async () => {
    const own = await device();
    const key = newGuestKey();
    const { body: theirs } = await guest(null, key);
    const { body: mine } = await guest(own);
    const path = "/api/identities";
    const conflict = await post(
      at.server,
      path,
      { provider: "guest", guest_key: key },
      await dpop(own, path, mine, "POST"),
    );
    const resolve = `${path}/resolve`;
    const { body } = await post(
      at.server,
      resolve,
      { ticket: conflict.body.ticket, keep: "theirs" },
      await dpop(own, resolve, mine, "POST"),
    );
    expect([body.user.id, body.token_type as string]).toEqual([theirs.user.id, "DPoP"]);
    expect((await me(own, body)).status).toBe(200);
    expectError(await refreshWith(null, body.refresh_token), "invalid_dpop_proof");
  });
});

onEmbedded(
  (at) => {
    test("the eleventh token of a day that is older than its key has reason to send ends the session", async () => {
      const own = await newDevice(() => at.server.clock.now());
      const proven = async (path: string, body: object) =>
        post(at.server, path, body, { dpop: await own.proof("POST", at.server.origin + path) });
      const { body: first } = await proven("/api/login", { provider: "guest", guest_key: newGuestKey() });
      let last = first;
      for (let step = 0; step < 3; step++)
        last = (await proven("/api/refresh", { refresh_token: last.refresh_token })).body;
      for (let count = 0; count < 10; count++)
        expect((await proven("/api/refresh", { refresh_token: first.refresh_token })).status).toBe(200);
      expectError(await proven("/api/refresh", { refresh_token: first.refresh_token }), "invalid_grant");
      expectError(await proven("/api/refresh", { refresh_token: last.refresh_token }), "invalid_grant");
      const events = (await at.server.logLines()).map(({ event }) => event);
      expect(events.filter((event) => event === "stale_token_accepted")).toHaveLength(10);
      expect(events).toContain("replay_detected");
    });
  },
  { env: { RATE_LIMIT: "on" } },
);

onEmbedded(
  (at) => {
    test("of a session sixty proofs of an hour to come are remembered, and none is refused for it", async () => {
      const own = await newDevice(() => at.server.clock.now());
      const url = at.server.origin;
      const first = await post(
        at.server,
        "/api/login",
        { provider: "guest", guest_key: newGuestKey() },
        { dpop: await own.proof("POST", `${url}/api/login`) },
      );
      const path = "/api/update_username";
      const count = async () =>
        (await at.server.database.pool.query("SELECT count(*)::int AS n FROM spent_proofs")).rows[0].n;
      const before = await count();
      const ath = hashOf(first.body.access_token);
      const iat = Math.floor(at.server.clock.now().getTime() / 1_000) + 600;
      for (let time = 0; time < 63; time++) {
        const headers = {
          authorization: `DPoP ${first.body.access_token}`,
          dpop: await own.proof("POST", url + path, { iat, ath }),
        };
        expectError(await post(at.server, path, {}, headers), "use_dpop_nonce");
      }
      expect(await count()).toBe(before + 60);
    });
  },
  { env: { RATE_LIMIT: "on" } },
);

onEmbedded(
  (at) => {
    test("a proof names the address that players see, with the path that a proxy takes off", async () => {
      const own = await newDevice(() => at.server.clock.now());
      const guest = async (url: string) => {
        const dpop = await own.proof("POST", url);
        return post(at.server, "/api/login", { provider: "guest", guest_key: newGuestKey() }, { dpop });
      };
      expect((await guest("https://games.example/accounts/api/login")).status).toBe(200);
      expectError(await guest("https://games.example/api/login"), "invalid_dpop_proof");
    });
  },
  { env: { SERVER_PUBLIC_URL: "https://games.example/accounts" } },
);
