import { describe, expect, test } from "bun:test";
import { cleanUp } from "../../src/host/clean-up";
import type { SessionAnswer } from "../../src/session/model";
import { uuidv7Floor } from "../../src/session/uuidv7";
import { createStores } from "../../src/stores";
import { freshAccount, refresh, refreshed, signIn } from "../support/players";
import { bearer, expectError, expectInvalid, get, send } from "../support/requests";
import { onEachDatabase, type Suite } from "../support/suite";

const DAY = 86_400;
const NOBODY = "01985f3a-7c1e-7000-8000-6d1f2a9b3c4d";

type Device = {
  id: string;
  device: string | null;
  ip: string;
  created_at: string;
  last_used_at: string;
  current: boolean;
};

const sidOf = (session: SessionAnswer): string =>
  JSON.parse(Buffer.from(session.access_token.split(".")[1] ?? "", "base64url").toString()).sid;

onEachDatabase((at) => {
  const devices = async (session: SessionAnswer) => {
    const answer = await get(at.server, "/api/sessions", bearer(session));
    expect(answer.status).toBe(200);
    return (answer.body as unknown as { sessions: Device[] }).sessions;
  };
  const end = (session: SessionAnswer, id?: string) =>
    send(at.server, id === undefined ? "/api/sessions" : `/api/sessions/${id}`, {
      method: "DELETE",
      headers: bearer(session),
    });
  const expectSignedOut = async (session: SessionAnswer) => {
    expectError(await get(at.server, "/api/me", bearer(session)), "invalid_token");
    expectError(await refresh(at.server, session), "invalid_grant");
  };
  const expectSignedIn = async (session: SessionAnswer) =>
    expect((await get(at.server, "/api/me", bearer(session))).status).toBe(200);

  describe("GET /api/sessions", () => {
    test("tells of the last use to five minutes, so that nobody sees a device refresh", async () => {
      let session = await signIn(at.server);
      const told = new Set<string | undefined>();
      for (let minute = 0; minute < 20; minute++) {
        at.server.clock.advance(60);
        session = await refreshed(at.server, session);
        told.add((await devices(session))[0]?.last_used_at);
      }
      expect(told.size).toBeWithin(4, 7);
      for (const time of [...told].slice(1)) expect(Date.parse(time ?? "") % 300_000).toBe(0);
    });

    test("lists the player's devices, the last used first, and marks the one that asks", async () => {
      const account = freshAccount();
      const desk = await signIn(at.server, { account }, { device: "Desk" });
      at.server.clock.advance(60);
      const phone = await signIn(at.server, { account });
      at.server.clock.advance(60);
      const later = await refreshed(at.server, desk);
      await signIn(at.server);
      const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      const common = { ip: "127.0.0.1", created_at: time, last_used_at: time };
      const listed = await devices(later);
      expect(listed).toEqual([
        { ...common, id: sidOf(desk), device: "Desk", current: true },
        { ...common, id: sidOf(phone), device: null, current: false },
      ]);
      const [first] = listed;
      expect(Date.parse(first!.last_used_at)).toBeGreaterThanOrEqual(Date.parse(first!.created_at));
    });

    test("leaves out sessions that are signed out, idle for too long or over the cap", async () => {
      const account = freshAccount();
      await signIn(at.server, { account });
      at.server.clock.advance(31 * DAY);
      const out = await signIn(at.server, { account });
      const here = await signIn(at.server, { account });
      await end(here, sidOf(out));
      expect((await devices(here)).map(({ id }) => id)).toEqual([sidOf(here)]);
    });

    test("needs an access token", async () => {
      expectError(await get(at.server, "/api/sessions"), "unauthorized");
      expectError(await get(at.server, "/api/sessions", bearer("a.b.c")), "invalid_token");
    });
  });

  describe("DELETE /api/sessions/:id", () => {
    test("signs that device out at once, its access token included, and no other", async () => {
      const account = freshAccount();
      const [lost, kept] = [await signIn(at.server, { account }), await signIn(at.server, { account })];
      const answer = await end(kept, sidOf(lost));
      expect([answer.status, answer.text]).toEqual([204, ""]);
      await expectSignedOut(lost);
      await expectSignedIn(kept);
      expect(await at.server.logLines()).toContainEqual(
        expect.objectContaining({ event: "session_revoked", user_id: kept.user.id, session_id: sidOf(lost) }),
      );
    });

    test("may sign out the device that asks", async () => {
      const session = await signIn(at.server);
      expect((await end(session, sidOf(session))).status).toBe(204);
      await expectSignedOut(session);
    });

    test("is a 404 for another player's, which lives on", async () => {
      const [thief, victim] = [await signIn(at.server), await signIn(at.server)];
      expectError(await end(thief, sidOf(victim)), "not_found");
      await expectSignedIn(victim);
      expect((await at.server.logLines()).at(-1)).toMatchObject({
        event: "refused",
        code: "not_found",
        user_id: thief.user.id,
      });
    });

    test.each([NOBODY, "x", "1", "..", NOBODY.toUpperCase(), `${NOBODY}'`, "%00", "a".repeat(5_000)])(
      "is a 404 for %s, which nobody has",
      async (id) => {
        expectError(await end(await signIn(at.server), id), "not_found");
      },
    );

    test("is a 400 for bytes that are no text", async () => {
      expectInvalid(await end(await signIn(at.server), "%ff"), "id");
    });

    test("is a 404 for one that is signed out already", async () => {
      const account = freshAccount();
      const [lost, kept] = [await signIn(at.server, { account }), await signIn(at.server, { account })];
      await end(kept, sidOf(lost));
      expectError(await end(kept, sidOf(lost)), "not_found");
    });

    test("of two at once exactly one signs out", async () => {
      const account = freshAccount();
      const [lost, kept] = [await signIn(at.server, { account }), await signIn(at.server, { account })];
      const answers = await Promise.all([end(kept, sidOf(lost)), end(kept, sidOf(lost))]);
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 404]);
    });
  });

  describe("DELETE /api/sessions", () => {
    test("signs the player out everywhere, here included, and nobody else", async () => {
      const account = freshAccount();
      const mine = [await signIn(at.server, { account }), await signIn(at.server, { account })];
      const other = await signIn(at.server);
      expect((await end(mine[0]!)).status).toBe(204);
      for (const session of mine) await expectSignedOut(session);
      await expectSignedIn(other);
      await expectSignedIn(await signIn(at.server, { account }));
    });

    test("is not what an empty id means", async () => {
      const session = await signIn(at.server);
      expectError(await end(session, ""), "not_found");
      await expectSignedIn(session);
    });

    test("beats a refresh under way: what it answers is dead, too", async () => {
      const account = freshAccount();
      const [one, two] = [await signIn(at.server, { account }), await signIn(at.server, { account })];
      const [ended, raced] = await Promise.all([end(one), refresh(at.server, two)]);
      expect(ended.status).toBe(204);
      if (raced.status === 200) await expectSignedOut(raced.body);
      await expectSignedOut(two);
    });
  });

  describe("the cap of 20 devices", () => {
    test("one more signs the idlest out, not the oldest", async () => {
      const account = freshAccount();
      const sessions: SessionAnswer[] = [];
      for (let count = 0; count < 20; count++) {
        sessions.push(await signIn(at.server, { account }));
        at.server.clock.advance(1);
      }
      const oldest = await refreshed(at.server, sessions[0]!);
      const newest = await signIn(at.server, { account });
      await expectSignedOut(sessions[1]!);
      for (const session of [oldest, sessions[2]!, sessions[19]!, newest]) await expectSignedIn(session);
      expect(await devices(newest)).toHaveLength(20);
      expect(await at.server.logLines()).toContainEqual(
        expect.objectContaining({ event: "session_evicted", session_id: sidOf(sessions[1]!) }),
      );
    });

    test("holds when forty sign in at once", async () => {
      const account = freshAccount();
      await signIn(at.server, { account });
      await Promise.all(Array.from({ length: 40 }, () => signIn(at.server, { account })));
      const last = await signIn(at.server, { account });
      expect(await devices(last)).toHaveLength(20);
    }, 20_000);
  });

  describe("clean-up", () => {
    const clean = () => {
      const { database, clock, config } = at.server;
      return cleanUp(createStores(database, clock, config, database.background), config);
    };

    test("deletes expired sessions in batches, and none that lives", async () => {
      const session = await signIn(at.server);
      await insertOldSessions(at, session.user.id, 1_200);
      expect(await clean()).toBeGreaterThanOrEqual(1_200);
      await expectSignedIn(session);
      const { rows } = await at.server.database.pool.query(
        "SELECT id FROM refresh_tokens WHERE user_id = $1",
        [session.user.id],
      );
      expect(rows).toEqual([{ id: sidOf(session) }]);
    });

    test("S33 keeps dead sessions until their absolute expiry, so that a late replay is still seen", async () => {
      const first = await signIn(at.server);
      await refreshed(at.server, await refreshed(at.server, first));
      at.server.clock.advance(300 * DAY);
      await clean();
      expectError(await refresh(at.server, first), "invalid_grant");
      expect(await at.server.logLines()).toContainEqual(
        expect.objectContaining({ event: "replay_detected", session_id: sidOf(first) }),
      );
      at.server.clock.advance(66 * DAY);
      expect(await clean()).toBeGreaterThanOrEqual(1);
      expectError(await refresh(at.server, first), "invalid_grant");
    });

    test("of two replicas at once each row goes once", async () => {
      const session = await signIn(at.server);
      await clean();
      await insertOldSessions(at, session.user.id, 700);
      const [one, other] = await Promise.all([clean(), clean()]);
      expect(one + other).toBe(700);
    });

    test("what cannot be deleted keeps nothing else, and is told", async () => {
      const session = await signIn(at.server);
      const { pool, prisma } = at.server.database;
      await insertOldSessions(at, session.user.id, 3);
      await prisma.spentProof.create({ data: { hash: new Uint8Array(32), expiresAt: new Date(0) } });
      await pool.query("ALTER TABLE login_codes RENAME TO elsewhere");
      const failure = await clean().catch((error) => error);
      await pool.query("ALTER TABLE elsewhere RENAME TO login_codes");
      expect(failure).toBeInstanceOf(AggregateError);
      expect(failure.errors).toHaveLength(1);
      const { rows } = await pool.query("SELECT id FROM refresh_tokens WHERE user_id = $1", [
        session.user.id,
      ]);
      expect(rows).toEqual([{ id: sidOf(session) }]);
      expect(await prisma.spentProof.count({ where: { expiresAt: new Date(0) } })).toBe(0);
    });

    test("forgets sign-ins that nobody finished, and rate limits gone by", async () => {
      const { prisma } = at.server.database;
      const now = at.server.clock.now().getTime();
      await prisma.rateLimit.createMany({
        data: [
          { key: "gone", expire: now - 1_000 },
          { key: "counting", expire: now + 600_000 },
        ],
      });
      const stale = { codeChallenge: "c", createdAt: new Date(now - 3_600_000) };
      const hash = new Uint8Array(32).fill(1);
      await prisma.loginCode.create({
        data: { ...stale, codeHash: hash, legacySubject: "g", email: "", emailVerified: false },
      });
      await prisma.authorizationRequest.create({
        data: { ...stale, stateHash: hash, codeVerifier: "v", redirectUri: "r", clientState: "s" },
      });
      await clean();
      expect(await prisma.rateLimit.findMany({ select: { key: true } })).toEqual([{ key: "counting" }]);
      expect([await prisma.loginCode.count(), await prisma.authorizationRequest.count()]).toEqual([0, 0]);
      await prisma.rateLimit.deleteMany();
    });
  });
});

/** Sessions of a year and a day ago; every second one was signed out. */
async function insertOldSessions(at: Suite, userId: number, count: number): Promise<void> {
  const then = new Date(at.server.clock.now().getTime() - 366 * DAY * 1_000);
  await at.server.database.pool.query(
    `INSERT INTO refresh_tokens (id, user_id, created_at, rotated_at, revoked_at)
     SELECT ($1 || lpad(to_hex(n), 12, '0'))::uuid, $2, $3, $3, CASE WHEN n % 2 = 0 THEN $3::timestamptz END
     FROM generate_series(1, $4::int) AS n`,
    [uuidv7Floor(then).slice(0, 24), userId, then, count],
  );
}
