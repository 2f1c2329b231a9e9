import { expect, test } from "bun:test";
import { cleanUp } from "../../src/host/clean-up";
import { createStores } from "../../src/stores";
import { freshName, signIn } from "../support/players";
import { bearer, expectError, post } from "../support/requests";
import type { TestServer } from "../support/server";
import { onEachDatabase } from "../support/suite";

const DAY = 86_400;

type Session = { access_token: string; user: { id: number } };

const renameAt = (server: TestServer) => (session: Session, new_username: string) =>
  post(server, "/api/update_username", { new_username }, bearer(session));

/** As a server of the release before does it, which knows no looks. */
const renameAtTheReleaseBefore = ({ database }: TestServer, { user }: Session, name: string) =>
  database.pool.query("UPDATE users SET name = $2, name_folded = $2, name_skeleton = $2 WHERE id = $1", [
    user.id,
    name,
  ]);

/** A name, and what looks like it in another case only. */
function lookalikes(): [string, string] {
  const stem = freshName(8);
  return [`${stem}i`, `${stem.toUpperCase()}l`];
}

onEachDatabase((at) => {
  const rename = (session: Session, name: string) => renameAt(at.server)(session, name);
  const pool = () => at.server.database.pool;
  const clean = () => {
    const { database, clock, config } = at.server;
    return cleanUp(createStores(database, clock, config, database.background), config);
  };
  const looksOf = async ({ user }: Session) => {
    const { rows } = await pool().query(
      "SELECT count(*)::int AS count FROM name_looks WHERE user_id = $1 AND given_up_at IS NOT NULL",
      [user.id],
    );
    return rows[0].count as number;
  };

  test("a name that was given up, and what looks like it, is free after 180 days", async () => {
    const [name, lookalike] = lookalikes();
    const owner = await signIn(at.server);
    await rename(owner, name);
    await rename(owner, freshName());
    at.server.clock.advance(180 * DAY - 60);
    const other = await signIn(at.server);
    expectError(await rename(other, name), "username_taken");
    expectError(await rename(other, lookalike), "username_taken");
    at.server.clock.advance(60);
    expect((await rename(other, lookalike)).body.user?.name).toBe(lookalike);
    expect((await rename(other, name)).body.user?.name).toBe(name);
  });

  test("whoever takes a name that was free again is its owner from then on", async () => {
    const name = freshName();
    const first = await signIn(at.server);
    await rename(first, name);
    await rename(first, freshName());
    at.server.clock.advance(180 * DAY);
    const second = await signIn(at.server);
    await rename(second, name);
    await rename(second, freshName());
    expectError(await rename(await signIn(at.server), name), "username_taken");
    expect((await rename(second, name)).status).toBe(200);
  });

  test("a player goes back and forth between two names, and loses neither", async () => {
    const [one, other] = [await signIn(at.server), await signIn(at.server)];
    const [a, b] = [freshName(), freshName()];
    await rename(one, a);
    for (const name of [b, a, b.toUpperCase(), b, a.toUpperCase()]) {
      expect((await rename(one, name)).body.user?.name).toBe(name);
      expectError(await rename(other, a), "username_taken");
      expectError(await rename(other, b), "username_taken");
    }
  });

  test("a new player is not called by a name that is kept for somebody else", async () => {
    const given_name = freshName();
    const owner = await signIn(at.server, { given_name });
    await rename(owner, freshName());
    const newcomer = await signIn(at.server, { given_name });
    expect(newcomer.user.name).toBe(`Chef ${given_name}`);
    at.server.clock.advance(180 * DAY);
    expect((await signIn(at.server, { given_name })).user.name).toBe(given_name);
  });

  test("S49 nobody gets a name in the moment in which it is given up", async () => {
    const owner = await signIn(at.server);
    const others = await Promise.all(Array.from({ length: 8 }, () => signIn(at.server)));
    for (let round = 0; round < 15; round++) {
      const [name, lookalike] = lookalikes();
      await rename(owner, name);
      const claims = others.map((other, index) => rename(other, index % 2 ? name : lookalike));
      const [givenUp, ...answers] = await Promise.all([rename(owner, freshName()), ...claims]);
      expect(givenUp?.status).toBe(200);
      expect(answers.map(({ body }) => body.code)).toEqual(Array(8).fill("username_taken"));
    }
  });

  test("S49 of many who claim a name that is free again, one gets it", async () => {
    const name = freshName();
    const owner = await signIn(at.server);
    await rename(owner, name);
    await rename(owner, freshName());
    at.server.clock.advance(180 * DAY);
    const others = await Promise.all(Array.from({ length: 20 }, () => signIn(at.server)));
    const answers = await Promise.all(others.map((other) => rename(other, name)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(409)]);
  });

  test("a name from before looks were kept is kept as well", async () => {
    const owner = await signIn(at.server);
    const other = await signIn(at.server);
    const name = `${freshName(8)}i0`;
    await rename(owner, name);
    await pool().query("DELETE FROM name_looks WHERE user_id = $1", [owner.user.id]);
    await rename(owner, freshName());
    for (const claimed of [name, name.toUpperCase(), `${name.slice(0, -2).toUpperCase()}l0`])
      expect([claimed, (await rename(other, claimed)).body.code]).toEqual([claimed, "username_taken"]);
    expect((await rename(owner, name)).status).toBe(200);
  });

  test("a name from before that has a look of somebody's newer one takes nothing from them", async () => {
    const [name, lookalike] = lookalikes();
    const [owner, newer, third] = [
      await signIn(at.server),
      await signIn(at.server),
      await signIn(at.server),
    ] as const;
    await rename(owner, name);
    await pool().query("DELETE FROM name_looks WHERE user_id = $1", [owner.user.id]);
    expect((await rename(newer, lookalike)).status).toBe(200);
    expect((await rename(owner, freshName())).status).toBe(200);
    expectError(await rename(third, lookalike), "username_taken");
    expect((await rename(newer, lookalike.toLowerCase())).status).toBe(200);
  });

  test("names of a player who is gone are free", async () => {
    const name = freshName();
    const owner = await signIn(at.server);
    await rename(owner, name);
    await rename(owner, freshName());
    await pool().query("DELETE FROM users WHERE id = $1", [owner.user.id]);
    expect((await rename(await signIn(at.server), name)).status).toBe(200);
  });

  test("the clean-up deletes what is kept no longer, in batches, and nothing else", async () => {
    const owner = await signIn(at.server);
    await rename(owner, freshName());
    await pool().query(
      `INSERT INTO name_looks (look, user_id, given_up_at)
       SELECT 'given up ' || n, $1, $2 FROM generate_series(1, 1200) AS n`,
      [owner.user.id, at.server.clock.now()],
    );
    const kept = await looksOf(owner);
    expect(kept).toBeGreaterThan(1_200);
    at.server.clock.advance(180 * DAY - 60);
    await clean();
    expect(await looksOf(owner)).toBe(kept);
    at.server.clock.advance(120);
    await clean();
    expect(await looksOf(owner)).toBe(0);
    const { rows } = await pool().query("SELECT FROM name_looks WHERE user_id = $1", [owner.user.id]);
    expect(rows.length).toBeGreaterThan(0);
  });
});

// A server of its own: the release before goes by the database's clock, which the others leave behind.
onEachDatabase((at) => {
  test("a name that a server of the release before gives up is kept, and what looks like it", async () => {
    const [name, lookalike] = lookalikes();
    const [owner, other] = [await signIn(at.server), await signIn(at.server)];
    await renameAt(at.server)(owner, name);
    const next = freshName();
    await renameAtTheReleaseBefore(at.server, owner, next);
    expectError(await renameAt(at.server)(other, name), "username_taken");
    expectError(await renameAt(at.server)(other, lookalike), "username_taken");
    await renameAtTheReleaseBefore(at.server, owner, freshName());
    expectError(await renameAt(at.server)(other, next), "username_taken");
    expect((await renameAt(at.server)(owner, next)).status).toBe(200);
  });
});

onEachDatabase(
  (at) => {
    test("where names are kept for no time, one that was given up is free at once", async () => {
      const rename = renameAt(at.server);
      const [one, other] = [await signIn(at.server), await signIn(at.server)];
      const [name, given_name] = [freshName(), freshName()];
      await rename(one, name);
      await rename(one, given_name);
      expect((await rename(other, name)).status).toBe(200);
      await rename(one, freshName());
      expect((await signIn(at.server, { given_name })).user.name).toBe(given_name);
    });
  },
  { adjust: (config) => ({ ...config, names: { ...config.names, keptSeconds: 0 } }) },
);
