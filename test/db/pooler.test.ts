import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { servingPool } from "../../src/db/postgres";
import { behindPgbouncer, type PoolMode, pgbouncerAvailable } from "../support/pgbouncer";
import { postgresAvailable, testPostgres } from "../support/postgres";

setDefaultTimeout(60_000);

describe.skipIf(!postgresAvailable() || !pgbouncerAvailable())("a pooler before PostgreSQL", () => {
  /** @returns how many connections as many statements took that were sent at once */
  const connectionsFor = async (statements: number, mode: PoolMode | null): Promise<number> => {
    await using world = new AsyncDisposableStack();
    const { createDatabase } = await testPostgres();
    const database = await createDatabase();
    const pool = servingPool({
      ...(mode ? await behindPgbouncer(world, database, mode, 10) : database),
      poolSize: 10,
    });
    world.defer(() => pool.end());
    const answers = await Promise.all(
      Array.from({ length: statements }, async (_, n) => {
        const { rows } = await pool.query({
          name: "numbered",
          text: "SELECT $1::int AS n, pg_sleep(0.2)",
          values: [n],
        });
        return rows[0].n;
      }),
    );
    expect(answers).toEqual(Array.from({ length: statements }, (_, n) => n));
    return pool.totalCount;
  };

  test.each(["transaction", "session"] as const)(
    "in %s mode no statement is sent behind another, whose answer somebody else might get",
    async (mode) => expect(await connectionsFor(8, mode)).toBe(8),
  );

  test("without one statements share connections", async () => {
    expect(await connectionsFor(8, null)).toBe(4);
  });

  test("who gives up waiting for a connection behind one that hangs leaves none behind", async () => {
    await using world = new AsyncDisposableStack();
    const { createDatabase } = await testPostgres();
    const through = await behindPgbouncer(world, await createDatabase(), "transaction", 2);
    const pool = servingPool({ ...through, poolSize: 4 });
    pool.on("error", () => {});
    await pool.query("SELECT 1");
    const failures = await Promise.all(
      Array.from({ length: 12 }, async (_, n) => {
        await Bun.sleep(100 * n);
        return pool.query("SELECT pg_sleep(6)").then(
          () => "none",
          ({ message }) => message,
        );
      }),
    );
    expect(failures).toContain("Query read timeout");
    expect(failures).toContain("timeout exceeded when trying to connect");
    await pool.end();
  }, 20_000);
});
