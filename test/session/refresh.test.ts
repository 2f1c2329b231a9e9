import { expect, test } from "bun:test";
import { freshAccount, refresh, refreshed, signIn } from "../support/players";
import { bearer, expectError, expectInvalid, get, post } from "../support/requests";
import { onEachDatabase } from "../support/suite";
import { waitsForLock } from "../support/test-database";

const DAY = 86_400;

onEachDatabase((at) => {
  const session = async (sid: string) => {
    const { rows } = await at.server.database.pool.query("SELECT * FROM refresh_tokens WHERE id = $1", [sid]);
    return rows[0];
  };
  const sidOf = ({ access_token }: { access_token: string }): string =>
    JSON.parse(Buffer.from(access_token.split(".")[1]!, "base64url").toString()).sid;
  const expectDead = async (dead: { refresh_token: string }) =>
    expectError(await refresh(at.server, dead), "invalid_grant");

  test("a refresh answers like a sign-in, with new tokens of the same session", async () => {
    const first = await signIn(at.server);
    const second = await refreshed(at.server, first);
    expect(Object.keys(second)).toEqual(Object.keys(first));
    expect(second.user).toEqual(first.user);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect(sidOf(second)).toBe(sidOf(first));
    expect((await get(at.server, "/api/me", bearer(second))).status).toBe(200);
  });

  test("a refresh brings the latest user", async () => {
    const first = await signIn(at.server);
    const { pool } = at.server.database;
    await pool.query("UPDATE users SET stars = 12, level = 3 WHERE id = $1", [first.user.id]);
    expect((await refreshed(at.server, first)).user).toEqual({ ...first.user, stars: 12, level: 3 });
  });

  test("an access token from before the refresh works until it expires", async () => {
    const first = await signIn(at.server);
    await refreshed(at.server, first);
    expect((await get(at.server, "/api/me", bearer(first))).status).toBe(200);
  });

  test.each([
    [{}],
    [{ refresh_token: "" }],
    [{ refresh_token: 7 }],
    [{ refresh_token: null }],
    [{ token: "a" }],
  ])("a body like %j is a 400", async (body) => {
    expectInvalid(await post(at.server, "/api/refresh", body), "refresh_token");
  });

  test("S27 twenty refreshes of one token at once take one step, with one successor", async () => {
    const first = await signIn(at.server);
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(at.server, first)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    const successors = new Set(answers.map(({ body }) => body.refresh_token));
    expect(successors.size).toBe(1);
    expect(await session(sidOf(first))).toMatchObject({ generation: 1, revoked_at: null });
    await refreshed(at.server, answers[0]!.body);
  });

  test("S28 a repeated refresh gets the same successor until the grace is over", async () => {
    const first = await signIn(at.server);
    const second = await refreshed(at.server, first);
    at.server.clock.advance(58);
    expect((await refreshed(at.server, first)).refresh_token).toBe(second.refresh_token);
    await refreshed(at.server, second);
  });

  test("S28 S29 a commit whose answer is lost is repeated, not replayed", async () => {
    const first = await signIn(at.server);
    const { pool } = at.server.database;
    const query = pool.query.bind(pool);
    const lost = Object.assign(new Error("Connection terminated unexpectedly"), { code: "ECONNRESET" });
    (pool as { query: unknown }).query = async (statement: { name?: string }) => {
      const result = await query(statement as never);
      if (statement.name === "rotate") throw lost;
      return result;
    };
    try {
      expectError(await refresh(at.server, first), "database_unavailable");
    } finally {
      (pool as { query: unknown }).query = query;
    }
    expect(await session(sidOf(first))).toMatchObject({ generation: 1 });
    const second = await refreshed(at.server, first);
    await refreshed(at.server, second);
  });

  test("S26 the predecessor after the grace is a replay: dead, and the session with it", async () => {
    const first = await signIn(at.server);
    const second = await refreshed(at.server, first);
    at.server.clock.advance(61);
    await expectDead(first);
    expect((await session(sidOf(first))).revoked_at).toBeInstanceOf(Date);
    await expectDead(second);
    expectError(await get(at.server, "/api/me", bearer(second)), "invalid_token");
  });

  test("S26 two generations behind is a replay, whoever of owner and thief comes second", async () => {
    const stolen = await signIn(at.server);
    const thief = await refreshed(at.server, await refreshed(at.server, stolen));
    await expectDead(stolen);
    await expectDead(thief);
  });

  test("S26 the other way round: the thief comes late", async () => {
    const stolen = await signIn(at.server);
    const owner = await refreshed(at.server, await refreshed(at.server, stolen));
    await expectDead(stolen);
    await expectDead(owner);
    expectError(await get(at.server, "/api/me", bearer(owner)), "invalid_token");
  });

  test("S30 the grace never revives a grandparent", async () => {
    const first = await signIn(at.server);
    const second = await refreshed(at.server, first);
    await refreshed(at.server, second);
    await expectDead(first);
    await expectDead(second);
  });

  test("S31 a session that reaches its cap within the grace is dead", async () => {
    let last = await signIn(at.server);
    for (let day = 0; day < 364; day += 28) {
      at.server.clock.advance(28 * DAY);
      last = await refreshed(at.server, last);
    }
    at.server.clock.advance(DAY - 10);
    const next = await refreshed(at.server, last);
    at.server.clock.advance(20);
    await expectDead(last);
    await expectDead(next);
  });

  test("S32 idle expiry slides with every refresh", async () => {
    let last = await signIn(at.server);
    for (let turn = 0; turn < 4; turn++) {
      at.server.clock.advance(30 * DAY - 60);
      last = await refreshed(at.server, last);
    }
    at.server.clock.advance(30 * DAY + 1);
    await expectDead(last);
  });

  test("S32 the cap does not slide: a session ends a year after its sign-in", async () => {
    let last = await signIn(at.server);
    for (let day = 0; day < 364; day += 28) {
      at.server.clock.advance(28 * DAY);
      last = await refreshed(at.server, last);
    }
    at.server.clock.advance(DAY - 60);
    last = await refreshed(at.server, last);
    expect((await get(at.server, "/api/me", bearer(last))).status).toBe(200);
    at.server.clock.advance(61);
    await expectDead(last);
    expectError(await get(at.server, "/api/me", bearer(last)), "invalid_token");
  });

  test("an unused token that outlived its expiry is dead", async () => {
    const first = await signIn(at.server);
    at.server.clock.advance(30 * DAY + 1);
    await expectDead(first);
  });

  test("S33 a replay is still recognised after weeks, and of an expired session", async () => {
    const first = await signIn(at.server);
    let last = first;
    for (let week = 0; week < 6; week++) {
      at.server.clock.advance(7 * DAY);
      last = await refreshed(at.server, last);
    }
    at.server.clock.advance(31 * DAY);
    await expectDead(first);
    expect((await session(sidOf(first))).revoked_at).toBeInstanceOf(Date);
    expect(await at.server.logLines()).toContainEqual(
      expect.objectContaining({ event: "replay_detected", session_id: sidOf(first), user_id: first.user.id }),
    );
  });

  test("S34 a second sign-in leaves the first device alone", async () => {
    const account = freshAccount();
    const phone = await signIn(at.server, { account });
    const desk = await signIn(at.server, { account });
    const phoneLater = await refreshed(at.server, phone);
    await refreshed(at.server, await refreshed(at.server, desk));
    await refreshed(at.server, phoneLater);
  });

  test("S34 a replay on one device leaves the other alone", async () => {
    const account = freshAccount();
    const phone = await signIn(at.server, { account });
    const desk = await signIn(at.server, { account });
    await refreshed(at.server, await refreshed(at.server, phone));
    await expectDead(phone);
    await refreshed(at.server, desk);
  });

  test("S35 a banned player's tokens are dead at once", async () => {
    const first = await signIn(at.server);
    const second = await refreshed(at.server, first);
    const { pool } = at.server.database;
    await pool.query("UPDATE users SET banned_at = now() WHERE id = $1", [first.user.id]);
    await expectDead(first);
    await expectDead(second);
    expectError(await get(at.server, "/api/me", bearer(second)), "invalid_token");
    const rename = await post(
      at.server,
      "/api/update_username",
      { new_username: "Free Again" },
      bearer(second),
    );
    expectError(rename, "invalid_token");
  });

  test("S35 a deleted player's tokens are dead at once", async () => {
    const first = await signIn(at.server);
    const second = await refreshed(at.server, first);
    await at.server.database.pool.query("DELETE FROM users WHERE id = $1", [first.user.id]);
    await expectDead(first);
    await expectDead(second);
    expectError(await get(at.server, "/api/me", bearer(second)), "invalid_token");
  });

  test("S40 dead tokens are alike in body and headers, whatever killed them", async () => {
    const { server } = at;
    const replayed = await signIn(server);
    await refreshed(server, await refreshed(server, replayed));
    const loggedOut = await signIn(server);
    await post(server, "/api/logout", loggedOut);
    const banned = await signIn(server);
    await server.database.pool.query("UPDATE users SET banned_at = now() WHERE id = $1", [banned.user.id]);
    const deleted = await signIn(server);
    await server.database.pool.query("DELETE FROM users WHERE id = $1", [deleted.user.id]);
    const expired = await signIn(server);
    server.clock.advance(31 * DAY);
    const tampered = { refresh_token: replayed.refresh_token.replace(/.$/, (c) => (c === "A" ? "B" : "A")) };

    const dead = [replayed, loggedOut, banned, deleted, expired, tampered, { refresh_token: "made-up" }];
    const seen = new Set<string>();
    for (const token of dead) {
      const answer = await refresh(server, token);
      expectError(answer, "invalid_grant");
      const headers = Object.fromEntries(answer.headers);
      delete headers["x-request-id"];
      delete headers.date;
      seen.add(JSON.stringify([answer.status, headers, { ...answer.body, request_id: "" }]));
    }
    expect(seen.size).toBe(1);
  });

  test("S40 dead tokens of ours cost the same work, whatever killed them", async () => {
    const { server } = at;
    const revoked = await signIn(server);
    await post(server, "/api/logout", revoked);
    const deleted = await signIn(server);
    await server.database.pool.query("DELETE FROM users WHERE id = $1", [deleted.user.id]);
    const replayed = await signIn(server);
    await refreshed(server, await refreshed(server, replayed));
    const expired = await signIn(server);
    server.clock.advance(31 * DAY);

    const { pool } = server.database;
    const query = pool.query.bind(pool);
    const statements: string[] = [];
    (pool as { query: unknown }).query = (statement: { name: string }) => {
      // Read once in five seconds, for every request.
      if (statement.name !== "read_door") statements.push(statement.name);
      return query(statement as never);
    };
    try {
      for (const token of [revoked, deleted, replayed, expired]) await expectDead(token);
    } finally {
      (pool as { query: unknown }).query = query;
    }
    expect(statements).toEqual(Array(4).fill(["rotate", "revoke_if_replayed"]).flat());
  });

  // The embedded database has one connection, on which nothing waits for another.
  if (at.kind === "postgres")
    test("a refresh that waits while its session goes over to another player is that player's", async () => {
      const { pool } = at.server.database;
      const [first, other] = [await signIn(at.server), await signIn(at.server)];
      const client = await pool.connect();
      await client.query("BEGIN");
      await client.query("UPDATE refresh_tokens SET user_id = $1 WHERE id = $2", [
        other.user.id,
        sidOf(first),
      ]);
      const refreshing = refresh(at.server, first);
      await waitsForLock({ pool });
      await client.query("COMMIT");
      client.release();
      const { status, body } = await refreshing;
      expect([status, body.user?.id]).toEqual([200, other.user.id]);
      expect((await refreshed(at.server, body)).user.id).toBe(other.user.id);
    });

  test("S39 a dump of the database holds no token, whole or hashed", async () => {
    const first = await signIn(at.server);
    const second = await refreshed(at.server, first);
    const { rows } = await at.server.database.pool.query(
      "SELECT to_jsonb(u)::text || to_jsonb(s)::text AS dump FROM users u JOIN refresh_tokens s ON s.user_id = u.id",
    );
    const dump = rows.map((row) => row.dump).join("\n");
    expect(dump).toContain(sidOf(first));
    for (const token of [first, second].flatMap((s) => [s.refresh_token, s.access_token])) {
      const bytes = Buffer.from(token, "base64url");
      const mac = bytes.subarray(-32);
      for (const secret of [bytes, mac]) {
        for (const form of ["hex", "base64", "base64url"] as const)
          expect(dump).not.toContain(secret.toString(form));
      }
      for (const hash of ["sha256", "sha1", "md5"] as const) {
        const digest = new Bun.CryptoHasher(hash).update(token).digest();
        expect(dump).not.toContain(Buffer.from(digest).toString("hex"));
      }
    }
  });
});
