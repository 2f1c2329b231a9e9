import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Database } from "../../src/db/database";
import { forEachDatabase } from "../support/databases";
import { rejection } from "../support/rejection";
import { insertUser, newUser } from "../support/tables";

forEachDatabase((open, kind) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  }, 60_000);
  afterAll(() => database.close());

  test("a ping is answered", () => database.ping());

  test("Prisma and the pool see the same rows", async () => {
    const { rows } = await insertUser(database.pool, "same-rows");
    const user = await database.prisma.user.findFirstOrThrow({ where: { name: "same-rows" } });
    expect(user).toMatchObject({ id: rows[0].id, emailVerified: false, picture: null, stars: 0, level: 1 });
  });

  test("a time comes back the same by both ways, whatever zone the server is set to", async () => {
    const lastLogin = new Date("2025-03-04T05:06:07.089Z");
    const { id } = await database.prisma.user.create({ data: { ...newUser(), lastLogin } });
    const read = await database.prisma.user.findUniqueOrThrow({ where: { id } });
    const { rows } = await database.pool.query("SELECT last_login FROM users WHERE id = $1", [id]);
    expect([read.lastLogin, rows[0].last_login]).toEqual([lastLogin, lastLogin]);
  });

  test("named statements give each of many callers their own row, failing neighbours or not", async () => {
    const ask = async (n: number) => {
      if (n % 7 === 0)
        return database.pool
          .query({ name: "broken", text: "SELECT 1 / $1::int", values: [0] })
          .catch(() => n);
      const text = n % 2 ? "SELECT $1::int AS n" : "SELECT $1::int AS n, 'even' AS parity";
      const { rows } = await database.pool.query({ name: `ask-${n % 2}`, text, values: [n] });
      return rows[0].n;
    };
    const numbers = Array.from({ length: 300 }, (_, n) => n);
    expect(await Promise.all(numbers.map(ask))).toEqual(numbers);
  });

  test("nobody sees a transaction that is rolled back", async () => {
    const failing = database.prisma.$transaction(async (tx) => {
      await tx.user.create({ data: { ...newUser(), name: "rolled-back" } });
      throw new Error("changed my mind");
    });
    const beside = Array.from({ length: 5 }, () =>
      database.prisma.user.count({ where: { name: "rolled-back" } }),
    );
    expect((await rejection(failing)).message).toContain("changed my mind");
    expect(await Promise.all(beside)).toEqual([0, 0, 0, 0, 0]);
  });

  test("statements beside a transaction are not part of it", async () => {
    const client = await database.pool.connect();
    await client.query("BEGIN");
    await insertUser(client, "inside");
    const beside = insertUser(database.pool, "beside");
    await client.query("ROLLBACK");
    client.release();
    await beside;
    const { rows } = await database.pool.query("SELECT name FROM users WHERE name IN ('inside', 'beside')");
    expect(rows).toEqual([{ name: "beside" }]);
  });

  test("a client that dies inside a transaction leaves nothing behind", async () => {
    const client = await database.pool.connect();
    await client.query("BEGIN");
    await insertUser(client, "half-done");
    await client.query("SET search_path TO nowhere");
    client.release(new Error("gone"));
    await database.pool.query({ name: "after-death", text: "SELECT count(*)::int AS n FROM users" });
    expect(await database.prisma.user.count({ where: { name: "half-done" } })).toBe(0);
  });

  test("answers larger than the driver's buffers arrive whole", async () => {
    const { rows } = await database.pool.query("SELECT repeat($1, 3000000) AS text", ["é"]);
    expect(rows[0].text).toHaveLength(3_000_000);
  });

  test("a player's devices go with the player", async () => {
    const { id } = await database.prisma.user.create({
      data: { ...newUser(), sessions: { create: { id: Bun.randomUUIDv7(), device: "laptop" } } },
    });
    await database.prisma.user.delete({ where: { id } });
    expect(await database.prisma.session.count({ where: { userId: id } })).toBe(0);
  });

  test("a refresh is a HOT update: it touches no index", async () => {
    const { rows } = await database.pool.query(
      `SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
       WHERE i.indrelid = 'refresh_tokens'::regclass`,
    );
    const indexed = rows.map((row) => row.attname);
    for (const changing of ["generation", "ip", "rotated_at"]) expect(indexed).not.toContain(changing);
  });

  test("the tables keep room on each page for HOT updates", async () => {
    const { rows } = await database.pool.query(
      "SELECT relname, reloptions FROM pg_class WHERE relname IN ('users', 'refresh_tokens') ORDER BY relname",
    );
    expect(rows).toEqual([
      { relname: "refresh_tokens", reloptions: ["fillfactor=70"] },
      { relname: "users", reloptions: ["fillfactor=80"] },
    ]);
  });

  test.skipIf(kind === "embedded")("a hundred refreshes of one row are HOT updates in fact", async () => {
    const { id } = await database.prisma.user.create({ data: newUser() });
    const session = Bun.randomUUIDv7();
    await database.prisma.session.create({ data: { id: session, userId: id } });
    const client = await database.pool.connect();
    for (let n = 0; n < 100; n++)
      await client.query(
        "UPDATE refresh_tokens SET generation = generation + 1, rotated_at = now(), ip = $2 WHERE id = $1",
        [session, `10.0.0.${n}`],
      );
    await client.query("SELECT pg_stat_force_next_flush()");
    client.release();
    const { rows } = await database.pool.query(
      "SELECT n_tup_upd::int AS updates, n_tup_hot_upd::int AS hot FROM pg_stat_user_tables WHERE relname = 'refresh_tokens'",
    );
    expect(rows[0]).toEqual({ updates: 100, hot: 100 });
  });
});
