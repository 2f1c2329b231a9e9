import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Database, openDatabase } from "../../src/db/database";
import { isRetryable, isUnavailable, uniqueViolation } from "../../src/db/errors";
import { forEachDatabase } from "../support/databases";
import { postgresAvailable, testPostgres } from "../support/postgres";
import { insertUser, newUser } from "../support/tables";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy";

async function errorOf(work: PromiseLike<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error("It was expected to fail.");
}

function verdict(error: unknown) {
  return { unavailable: isUnavailable(error), retryable: isRetryable(error), unique: uniqueViolation(error) };
}

const NEITHER = { unavailable: false, retryable: false, unique: null };

forEachDatabase((open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  }, 60_000);
  afterAll(() => database.close());

  test("a value taken already names its constraint, from the pool and from Prisma", async () => {
    const first = newUser();
    await database.prisma.user.create({ data: first });
    const taken = { ...NEITHER, unique: "users_name_folded_key" };
    expect(verdict(await errorOf(insertUser(database.pool, first.name)))).toEqual(taken);
    expect(verdict(await errorOf(database.prisma.user.create({ data: first })))).toEqual(taken);
    const sameName = { ...newUser(), nameSkeleton: first.nameSkeleton };
    expect(uniqueViolation(await errorOf(database.prisma.user.create({ data: sameName })))).toBe(
      "users_name_skeleton_key",
    );
  });

  test("a mistake of ours is neither the database's absence nor worth a second try", async () => {
    expect(verdict(await errorOf(database.pool.query("SELECT nonsense")))).toEqual(NEITHER);
    expect(verdict(await errorOf(database.prisma.user.findUniqueOrThrow({ where: { id: -1 } })))).toEqual(
      NEITHER,
    );
    expect(verdict(new Error("anything"))).toEqual(NEITHER);
    expect(verdict(undefined)).toEqual(NEITHER);
  });
});

describe.skipIf(!postgresAvailable())("PostgreSQL behind a bad network", () => {
  let proxy: TcpProxy;
  let database: Database;
  const warnings: string[] = [];
  beforeAll(async () => {
    const config = await (await testPostgres()).createDatabase();
    proxy = await startTcpProxy(config.port);
    database = await openDatabase(
      { ...config, host: "127.0.0.1", port: proxy.port },
      { onWarning: (line) => warnings.push(line) },
    );
  }, 60_000);
  afterAll(async () => {
    await database.close();
    await proxy.close();
  });

  const everyWay = () => [
    database.pool.query("SELECT 1"),
    database.prisma.user.count(),
    database.prisma.$transaction((tx) => tx.user.count()),
  ];

  /** A connection lost while idle is noticed a moment later; until then a statement may meet it. */
  async function recovery(): Promise<void> {
    for (let clean = 0; clean < 10; )
      clean = await database.ping().then(
        () => clean + 1,
        () => 0,
      );
  }

  test("S59 connections reset: unavailable, then well again without a restart", async () => {
    await Promise.all(everyWay());
    proxy.refusing = true;
    proxy.reset();
    expect((await Promise.all(everyWay().map(errorOf))).map(isUnavailable)).toEqual([true, true, true]);
    proxy.refusing = false;
    await recovery();
    await Promise.all(everyWay());
    expect(warnings.every((line) => line.startsWith("An idle database connection was lost:"))).toBe(true);
  });

  test("S59 a connection lost in the middle of a statement: unavailable", async () => {
    const slow = errorOf(database.pool.query("SELECT pg_sleep(10)"));
    while (
      (await database.pool.query("SELECT FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(10)'"))
        .rowCount === 0
    );
    proxy.reset();
    expect(isUnavailable(await slow)).toBe(true);
    await recovery();
  });

  test("S59 a network that swallows everything: unavailable within seconds", async () => {
    proxy.silent = true;
    const started = performance.now();
    expect((await Promise.all(everyWay().map(errorOf))).map(isUnavailable)).toEqual([true, true, true]);
    expect(performance.now() - started).toBeLessThan(9_000);
    proxy.silent = false;
    proxy.reset();
    await recovery();
  }, 20_000);

  test("S59 a statement that takes too long: unavailable", async () => {
    expect(isUnavailable(await errorOf(database.pool.query("SELECT pg_sleep(20)")))).toBe(true);
  }, 20_000);

  test("S59 no connection free in time: unavailable", async () => {
    const held = await Promise.all(Array.from({ length: 10 }, () => database.pool.connect()));
    expect((await Promise.all(everyWay().map(errorOf))).map(isUnavailable)).toEqual([true, true, true]);
    for (const client of held) client.release();
  }, 20_000);

  test("S59 a server that ends our connections: unavailable", async () => {
    const client = await database.pool.connect();
    const { rows } = await client.query("SELECT pg_backend_pid() AS pid");
    const lost = new Promise((resolve) => client.once("error", resolve));
    await database.pool.query("SELECT pg_terminate_backend($1)", [rows[0].pid]);
    const error = await lost;
    client.release(true);
    expect(isUnavailable(error)).toBe(true);
  });

  test("S59 a deadlock's victim may try again", async () => {
    const users = await Promise.all([0, 1].map(() => database.prisma.user.create({ data: newUser() })));
    const lockInOrder = (first: number, second: number, waitBetween: Promise<unknown>, locked: () => void) =>
      database.prisma.$transaction(async (tx) => {
        await tx.$executeRaw`SET LOCAL lock_timeout = 0`;
        await tx.user.update({ where: { id: first }, data: { stars: 1 } });
        locked();
        await waitBetween;
        await tx.user.update({ where: { id: second }, data: { stars: 1 } });
      });
    const one = Promise.withResolvers<void>();
    const other = Promise.withResolvers<void>();
    const [a, b] = users.map((user) => user.id) as [number, number];
    const outcomes = await Promise.allSettled([
      lockInOrder(a, b, other.promise, one.resolve),
      lockInOrder(b, a, one.promise, other.resolve),
    ]);
    const victims = outcomes.filter((outcome) => outcome.status === "rejected");
    expect(victims).toHaveLength(1);
    expect(isRetryable(victims[0]?.reason)).toBe(true);
  }, 20_000);
});
