import { beforeEach, describe, expect, test } from "bun:test";
import { createDoor } from "../../src/door/door";
import { setClientVersion, setMaintenance } from "../../src/door/set-door";
import type { ClientVersion, DoorRow, Maintenance } from "../../src/door/store";
import { ApiError } from "../../src/errors";
import { createStores, createTransact } from "../../src/stores";
import { newGame, signedInRedirect } from "../support/authorization";
import { consoleAt, newStaff, setRoles } from "../support/console";
import { newGuestKey, playAsGuest } from "../support/guests";
import { authorizeUrl, GAME, newPkce, postForm, signInAt, tokensOf, withClients } from "../support/oauth";
import { freshAccount, googleTokens, refresh, refreshed, signIn } from "../support/players";
import { rejection } from "../support/rejection";
import { type Answer, bearer, expectError, get, post, send } from "../support/requests";
import { onEachDatabase } from "../support/suite";

const BY = { actor: { kind: "operator", id: "ops" } } as const;
const OPEN: Maintenance = { maintenance: false, until: null, message: null };
const ANY: ClientVersion = { minimum: null, url: null, required: false };

onEachDatabase(
  (at) => {
    const transact = () => {
      const { database, clock, config } = at.server;
      return createTransact(database, clock, config);
    };
    /** What a process has read is good for five seconds. */
    const everywhere = () => at.server.clock.advance(5);
    const maintain = async (maintenance: Partial<Maintenance> = {}) => {
      const all = { ...OPEN, maintenance: true, ...maintenance };
      await transact()((stores) => setMaintenance(stores, at.server.clock, all, BY));
      everywhere();
    };
    const require = async (version: Partial<ClientVersion>) => {
      await transact()((stores) => setClientVersion(stores, at.server.clock, { ...ANY, ...version }, BY));
      everywhere();
    };
    const oauthRefresh = (refresh_token: string, headers = {}) =>
      postForm(
        at.server,
        "/oauth/token",
        { grant_type: "refresh_token", client_id: "game", refresh_token },
        headers,
      );
    const refreshAs = (session: { refresh_token: string }, version: string): Promise<Answer> =>
      post(
        at.server,
        "/api/refresh",
        { refresh_token: session.refresh_token },
        { "x-client-version": version },
      );

    beforeEach(async () => {
      await maintain(OPEN);
      await require(ANY);
    });

    describe("During a maintenance", () => {
      test("nobody signs in or refreshes, and whoever was signed in still is afterwards", async () => {
        const session = await signIn(at.server);
        const oauth = await tokensOf(at.server);
        const { access_token } = await googleTokens(at.server);
        await maintain({ message: "Back for tea." });
        const told = { until: null };
        for (const answer of [
          await post(at.server, "/api/login", { access_token }),
          await refresh(at.server, session),
        ]) {
          expectError(answer, "maintenance", told);
          expect([answer.body.message, answer.headers.get("retry-after")]).toEqual(["Back for tea.", "60"]);
        }
        const there = await oauthRefresh(oauth.refresh_token);
        expect([there.status, there.headers.get("retry-after")]).toEqual([503, "60"]);
        expect(there.body as object).toEqual({
          error: "temporarily_unavailable",
          error_description: "Back for tea.",
          code: "maintenance",
          message: "Back for tea.",
          until: null,
        });
        await maintain(OPEN);
        await refreshed(at.server, session);
        expect((await oauthRefresh(oauth.refresh_token)).status).toBe(200);
        expect((await post(at.server, "/api/login", { access_token })).status).toBe(200);
      });

      test("whoever plays goes on with the access token, and what needs no player is answered", async () => {
        const session = await signIn(at.server);
        await maintain();
        expect((await get(at.server, "/api/me", bearer(session))).status).toBe(200);
        for (const path of ["/health/live", "/health/ready", "/.well-known/jwks.json", "/api/providers"])
          expect([path, (await get(at.server, path)).status]).toEqual([path, 200]);
        const answer = await post(at.server, "/api/logout", { refresh_token: session.refresh_token });
        expect(answer.status).toBe(200);
      });

      test("its end is told, and how long to wait, five minutes at most", async () => {
        const guest = await playAsGuest(at.server);
        const inSeconds = (seconds: number) => new Date(at.server.clock.now().getTime() + seconds * 1_000);
        const soon = inSeconds(95);
        await maintain({ until: soon });
        const answer = await refresh(at.server, guest);
        expectError(answer, "maintenance", { until: soon.toISOString() });
        expect(Number(answer.headers.get("retry-after"))).toBeWithin(80, 91);
        await maintain({ until: inSeconds(7_200) });
        expect((await refresh(at.server, guest)).headers.get("retry-after")).toBe("300");
      });

      test("an end that was wrong lets nobody in, and is told no more", async () => {
        const guest = await playAsGuest(at.server);
        await maintain({ until: new Date(at.server.clock.now().getTime() + 60_000) });
        at.server.clock.advance(61);
        const answer = await refresh(at.server, guest);
        expectError(answer, "maintenance", { until: null });
        expect(answer.headers.get("retry-after")).toBe("60");
      });

      test("a refusal is a line of its own, and no failure of ours", async () => {
        const guest = await playAsGuest(at.server);
        await maintain();
        const { body } = await refresh(at.server, guest);
        const lines = (await at.server.logLines()).filter(({ request_id }) => request_id === body.request_id);
        expect(lines).toEqual([expect.objectContaining({ event: "refused", code: "maintenance" })]);
      });
    });

    describe("The studio's own people, during a maintenance,", () => {
      const login = (body: object, headers = {}) => post(at.server, "/api/login", body, headers);
      const googleProof = async (account: string) => {
        const { access_token } = await googleTokens(at.server, { account });
        return { access_token };
      };
      /** As a game gets it from the sign-in page. */
      const loginCode = async (account: string) => {
        const game = newGame();
        const { searchParams } = await signedInRedirect(at.server, game, account);
        return { login_code: searchParams.get("code"), code_verifier: game.codeVerifier };
      };
      const oauthCode = async (account: string) => {
        const pkce = newPkce();
        const answer = await signInAt(authorizeUrl(at.server, pkce), account);
        const code = answer.searchParams.get("code") ?? "";
        return { grant_type: "authorization_code", code, code_verifier: pkce.verifier, ...GAME };
      };
      const redeemed = (form: Record<string, string>) => postForm(at.server, "/oauth/token", form);

      test.each(["admin", "moderator"] as const)("sign in and refresh: %s", async (role) => {
        const { account, user } = await newStaff(at.server, role);
        const session = await signIn(at.server, { account });
        const oauth = await tokensOf(at.server, {}, account);
        await maintain();
        for (const proof of [await googleProof(account), await loginCode(account)]) {
          const answer = await login(proof);
          expect([answer.status, answer.body.user?.id]).toEqual([200, user.id]);
        }
        await refreshed(at.server, session);
        expect((await oauthRefresh(oauth.refresh_token)).status).toBe(200);
        expect((await redeemed(await oauthCode(account))).status).toBe(200);
      });

      test("a guest among them too, by the key and by a code for a new device", async () => {
        const key = newGuestKey();
        const guest = await playAsGuest(at.server, key);
        await setRoles(at.server, guest.user.id, ["moderator"]);
        const headers = bearer(guest);
        const { body } = await send(at.server, "/api/transfer_code", { method: "POST", headers });
        await maintain();
        expect((await login({ provider: "guest", guest_key: key })).status).toBe(200);
        const { transfer_code } = body;
        expect((await login({ transfer_code })).body.user.id).toBe(guest.user.id);
      });

      test("sign in to the console, and nobody else does", async () => {
        const { account } = await newStaff(at.server, "moderator");
        const player = freshAccount();
        await signIn(at.server, { account: player });
        await maintain();
        expect((await consoleAt(at.server).signIn(account)).status).toBe(200);
        expect((await consoleAt(at.server).signIn(player)).status).toBe(403);
      });

      test("need a game that is not too old, as everybody does", async () => {
        const { account } = await newStaff(at.server, "admin");
        await require({ minimum: "2.0.0" });
        await maintain();
        const old = { "x-client-version": "1.0.0" };
        expectError(await login(await googleProof(account), old), "client_outdated", {
          minimum: "2.0.0",
          url: null,
        });
      });

      test("are no more than players once their role is gone, or while they are banned", async () => {
        const [former, banned] = [await newStaff(at.server, "admin"), await newStaff(at.server, "admin")];
        await setRoles(at.server, former.user.id, ["player"]);
        const { pool } = at.server.database;
        await pool.query("UPDATE users SET banned_at = now() WHERE id = $1", [banned.user.id]);
        await maintain();
        for (const { account } of [former, banned])
          expectError(await login(await googleProof(account)), "maintenance", { until: null });
      });

      test("and what players came with meanwhile is as good afterwards as it was before", async () => {
        const account = freshAccount();
        const { user } = await signIn(at.server, { account });
        const guest = await playAsGuest(at.server);
        const made = await send(at.server, "/api/transfer_code", { method: "POST", headers: bearer(guest) });
        const { id_token } = await googleTokens(at.server, { account });
        const proofs: [object, number][] = [
          [await loginCode(account), user.id],
          [{ id_token }, user.id],
          [{ transfer_code: made.body.transfer_code }, guest.user.id],
        ];
        const form = await oauthCode(account);
        await maintain();
        for (const [proof] of proofs) expectError(await login(proof), "maintenance", { until: null });
        expect((await redeemed(form)).status).toBe(503);
        await maintain(OPEN);
        for (const [proof, id] of proofs) {
          const answer = await login(proof);
          expect([answer.status, answer.body.user?.id]).toEqual([200, id]);
        }
        expect((await redeemed(form)).status).toBe(200);
      });

      test("are looked for without a session or a player coming of it", async () => {
        const count = async () => {
          const { rows } = await at.server.database.pool.query(
            "SELECT (SELECT count(*) FROM refresh_tokens) AS sessions, (SELECT count(*) FROM users) AS users",
          );
          return rows[0];
        };
        const account = freshAccount();
        await signIn(at.server, { account });
        await maintain();
        const before = await count();
        for (const proof of [
          await googleProof(account),
          await googleProof(freshAccount()),
          { provider: "guest", guest_key: newGuestKey() },
          { access_token: "no token" },
          { provider: "nobody", ticket: "ff" },
          {},
        ])
          expectError(await login(proof), "maintenance", { until: null });
        expect(await count()).toEqual(before);
      });
    });

    describe("A game that is too old", () => {
      test("is refused where it signs in and refreshes, and no session ends", async () => {
        const session = await signIn(at.server);
        const oauth = await tokensOf(at.server);
        const told = { minimum: "1.4.0", url: "https://game.example/get" };
        await require(told);
        const login = { provider: "guest", guest_key: newGuestKey() };
        expectError(await refreshAs(session, "1.3.9"), "client_outdated", told);
        expectError(
          await post(at.server, "/api/login", login, { "x-client-version": "1.4.0-beta.2" }),
          "client_outdated",
          told,
        );
        const there = await oauthRefresh(oauth.refresh_token, { "x-client-version": "1.0.0" });
        expect(there.status).toBe(426);
        expect(there.body as object).toEqual({
          error: "client_outdated",
          error_description: expect.any(String),
          code: "client_outdated",
          ...told,
        });
        expect((await refreshAs(session, "1.4.0")).status).toBe(200);
        expect((await oauthRefresh(oauth.refresh_token, { "x-client-version": "1.10.0" })).status).toBe(200);
        expect((await post(at.server, "/api/login", login, { "x-client-version": "2.0.0" })).status).toBe(
          200,
        );
      });

      test("leaves a line", async () => {
        const guest = await playAsGuest(at.server);
        await require({ minimum: "1.0.0" });
        const { body } = await refreshAs(guest, "0.9.0");
        const lines = (await at.server.logLines()).filter(({ request_id }) => request_id === body.request_id);
        expect(lines).toEqual([expect.objectContaining({ event: "refused", code: "client_outdated" })]);
      });

      test.each([null, "1.4", "v1.5.0", "new", "1.5.0.0", `1.5.0-${"x".repeat(64)}`])(
        "that tells %p tells no version: let in, unless versions are required",
        async (version) => {
          const send = async (session: { refresh_token: string }) =>
            version === null ? refresh(at.server, session) : refreshAs(session, version);
          const guest = await playAsGuest(at.server);
          await require({ minimum: "1.4.0" });
          const first = await send(guest);
          expect(first.status).toBe(200);
          await require({ minimum: "1.4.0", required: true });
          expectError(await send(first.body), "client_outdated", { minimum: "1.4.0", url: null });
          await require(ANY);
          expect((await send(first.body)).status).toBe(200);
        },
      );
    });

    test("what was set is everywhere within five seconds, without a restart", async () => {
      const guest = await playAsGuest(at.server);
      await transact()((stores) =>
        setMaintenance(stores, at.server.clock, { ...OPEN, maintenance: true }, BY),
      );
      at.server.clock.advance(5);
      expectError(await refresh(at.server, guest), "maintenance", { until: null });
    });

    test("who did it stands in the audit, with what it was before", async () => {
      await maintain({ message: "Soon." });
      await require({ minimum: "1.0.0" });
      const { rows } = await at.server.database.pool.query(
        "SELECT action, actor_kind, actor_id, user_id, before, after FROM audit_events WHERE action IN ('maintenance', 'client_version') ORDER BY id DESC LIMIT 2",
      );
      const common = { actor_kind: "operator", actor_id: "ops", user_id: null };
      expect(rows).toEqual([
        { action: "client_version", ...common, before: ANY, after: { ...ANY, minimum: "1.0.0" } },
        {
          action: "maintenance",
          ...common,
          before: OPEN,
          after: { maintenance: true, until: null, message: "Soon." },
        },
      ]);
    });

    test("there is one row of it", async () => {
      await maintain();
      await require({ minimum: "1.0.0" });
      const { rows } = await at.server.database.pool.query("SELECT id FROM door");
      expect(rows).toEqual([{ id: 1 }]);
      const { door } = createStores(at.server.database, at.server.clock, at.server.config);
      expect(await door.read()).toMatchObject({ maintenance: true, minimum: "1.0.0" });
    });
  },
  { adjust: withClients },
);

describe("The database is asked", () => {
  const row: DoorRow = {
    ...{ maintenance: false, until: null, secondsLeft: null, message: null },
    ...{ minimum: null, url: null, required: false },
  };
  const readings = (answers: (DoorRow | Error)[]) => {
    let now = 0;
    const asked: number[] = [];
    const door = createDoor({
      users: { find: async () => null },
      clock: { monotonic: () => now },
      door: {
        async read() {
          asked.push(now);
          const answer = answers[Math.min(asked.length, answers.length) - 1] as DoorRow | Error;
          if (answer instanceof Error) throw answer;
          return answer;
        },
      },
    });
    return { door, asked, at: (time: number) => (now = time) };
  };
  const admit = async ({ door }: ReturnType<typeof readings>) => door.admit(new Headers(), async () => null);

  test("once in five seconds, however many come in", async () => {
    const world = readings([row]);
    await Promise.all(Array.from({ length: 50 }, () => admit(world)));
    for (const time of [1, 4_999, 5_000, 9_999, 10_001]) {
      world.at(time);
      await Promise.all(Array.from({ length: 50 }, () => admit(world)));
    }
    expect(world.asked).toEqual([0, 5_000, 10_001]);
  });

  test("and who comes in is asked for during a maintenance alone", async () => {
    const world = readings([row, { ...row, maintenance: true }]);
    let times = 0;
    const whoComes = async () => {
      times++;
      throw new Error("whoever it is");
    };
    await world.door.admit(new Headers(), whoComes);
    expect(world.door.admit(new Headers(), whoComes)).toBeUndefined();
    expect(times).toBe(0);
    world.at(5_000);
    expect(await rejection(world.door.admit(new Headers(), whoComes))).toBeInstanceOf(ApiError);
    expect(times).toBe(1);
  });

  test("and while it does not answer, what it said last goes on", async () => {
    const world = readings([{ ...row, maintenance: true }, new Error("down"), row]);
    expect(await rejection(admit(world))).toBeInstanceOf(ApiError);
    world.at(6_000);
    expect(await rejection(admit(world))).toBeInstanceOf(ApiError);
    world.at(6_001);
    await admit(world);
  });
});
