import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { openDatabase } from "../../src/db/database";
import { type PostgresConfig, servingPool, withClient } from "../../src/db/postgres";
import { refresh, signIn } from "../support/players";
import { postgresAvailable, testPostgres } from "../support/postgres";
import { rejection } from "../support/rejection";
import { startTestServer } from "../support/server";

setDefaultTimeout(60_000);

describe.skipIf(!postgresAvailable())("a role that may have three connections", () => {
  /** A migrated database whose owner may have three connections at once. */
  const limited = async (world: AsyncDisposableStack): Promise<PostgresConfig> => {
    const { superuser, createDatabase } = await testPostgres();
    const { database } = await createDatabase();
    const user = `limited_${database}`;
    const asSuperuser = (sql: string) =>
      withClient({ ...superuser, database }, (client) => client.query(sql));
    await asSuperuser(`CREATE ROLE ${user} LOGIN CONNECTION LIMIT 3 PASSWORD 'limited'`);
    await asSuperuser(`GRANT ALL ON ALL TABLES IN SCHEMA public TO ${user}`);
    await asSuperuser(`GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ${user}`);
    world.defer(async () => {
      await asSuperuser(`DROP OWNED BY ${user}`);
      await asSuperuser(`DROP ROLE ${user}`);
    });
    return { ...superuser, database, user, password: "limited" };
  };

  test("serves sixty sign-ins and refreshes at once, slower", async () => {
    await using world = new AsyncDisposableStack();
    const config = await limited(world);
    const database = await openDatabase(config);
    world.defer(() => database.close());
    const server = await startTestServer({ database });
    world.defer(() => server.stop());
    const sessions = await Promise.all(Array.from({ length: 60 }, () => signIn(server)));
    expect(new Set(sessions.map(({ user }) => user.id)).size).toBe(60);
    const answers = await Promise.all(sessions.map(({ refresh_token }) => refresh(server, refresh_token)));
    expect(answers.map(({ status }) => status)).toEqual(Array(60).fill(200));
  });

  test("waits for connections that another program gives back in time", async () => {
    await using world = new AsyncDisposableStack();
    const config = await limited(world);
    const pool = servingPool(config);
    world.defer(() => pool.end());
    const release = Promise.withResolvers<void>();
    const taken = Array.from({ length: 3 }, () => Promise.withResolvers<void>());
    const others = taken.map(({ resolve }) =>
      withClient(config, async (client) => {
        await client.query("SELECT 1");
        resolve();
        await release.promise;
      }),
    );
    await Promise.all(taken.map(({ promise }) => promise));
    const answers = Promise.all(Array.from({ length: 20 }, () => pool.query("SELECT 1 AS one")));
    setTimeout(release.resolve, 300);
    for (const { rows } of await answers) expect(rows).toEqual([{ one: 1 }]);
    await Promise.all(others);
  });

  test("is told of the limit when nothing is given back", async () => {
    await using world = new AsyncDisposableStack();
    const config = await limited(world);
    const pool = servingPool({ ...config, connectTimeoutSeconds: 1 });
    world.defer(() => pool.end());
    const hold = async (left: number): Promise<void> =>
      left === 0
        ? expect((await rejection(pool.query("SELECT 1"))).message).toContain("too many connections")
        : await withClient(config, () => hold(left - 1));
    await hold(3);
  });

  test("a pool of two serves what a pool of ten does", async () => {
    await using world = new AsyncDisposableStack();
    const database = await openDatabase({ ...(await limited(world)), poolSize: 2 });
    world.defer(() => database.close());
    const server = await startTestServer({ database });
    world.defer(() => server.stop());
    const sessions = await Promise.all(Array.from({ length: 30 }, () => signIn(server)));
    expect(sessions.map(({ status }) => status)).toEqual(Array(30).fill("success"));
    expect(database.pool.totalCount).toBeLessThanOrEqual(2);
  });
});
