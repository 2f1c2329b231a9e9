import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Database, openDatabase } from "../../src/db/database";
import { applyMigrations } from "../../src/db/migrations";
import { migrationPool, withClient } from "../../src/db/postgres";
import type { SessionAnswer } from "../../src/session/model";
import { type Cluster, startCluster } from "../support/cluster";
import { freshName, refresh, refreshed, signIn } from "../support/players";
import { postgresAvailable } from "../support/postgres";
import { bearer, expectError, get, post } from "../support/requests";
import { startTestServer, type TestServer } from "../support/server";

describe.skipIf(!postgresAvailable())("a PostgreSQL that changes under a running server", () => {
  let cluster: Cluster;
  let database: Database;
  let server: TestServer;
  let session: SessionAnswer;

  const run = (sql: string) => withClient(cluster.config, (client) => client.query(sql));
  const me = () => get(server, "/api/me", bearer(session));
  const rename = () => post(server, "/api/update_username", { new_username: freshName() }, bearer(session));

  async function readOnly(state: "on" | "off"): Promise<void> {
    await run(`ALTER SYSTEM SET default_transaction_read_only = ${state}`);
    await run("SELECT pg_reload_conf()");
  }

  async function eventually(status: number, path: string): Promise<void> {
    for (let tries = 0; (await get(server, path)).status !== status; tries++) {
      if (tries === 100) throw new Error(`${path} never answered ${status}`);
      await Bun.sleep(50);
    }
  }

  beforeAll(async () => {
    cluster = await startCluster();
    const pool = migrationPool(cluster.config);
    await applyMigrations(pool);
    await pool.end();
    database = await openDatabase(cluster.config);
    server = await startTestServer({ database });
    session = await signIn(server);
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await database.close();
    await cluster.remove();
  });

  test("S59 read-only, as after a failover: not ready, writes are 503, and who only reads plays on", async () => {
    await readOnly("on");
    await eventually(503, "/health/ready");
    expectError(await refresh(server, session), "database_unavailable");
    expectError(await rename(), "database_unavailable");
    expect((await me()).status).toBe(200);
    expect((await get(server, "/health/live")).status).toBe(200);
  });

  test("S59 once it takes writes again, all is well by itself, and nobody was signed out", async () => {
    await readOnly("off");
    await eventually(200, "/health/ready");
    session = await refreshed(server, session);
    expect((await rename()).status).toBe(200);
  });

  test.each(["varchar(80)", "text"])(
    "a column's type that becomes %s costs no request, however many are under way",
    async (type) => {
      await Promise.all(Array.from({ length: 40 }, me));
      await run(`ALTER TABLE users ALTER COLUMN name TYPE ${type}`);
      const answers = await Promise.all([...Array.from({ length: 40 }, me), rename()]);
      expect(answers.map(({ status }) => status)).toEqual(Array(41).fill(200));
      session = await refreshed(server, session);
    },
  );

  test("nor does it cost the only request there is", async () => {
    await me();
    await run("ALTER TABLE users ALTER COLUMN name TYPE varchar(90)");
    expect((await me()).status).toBe(200);
  });

  test("a table that is locked for a moment, as by a migration, costs no request", async () => {
    const sessions = await Promise.all(Array.from({ length: 60 }, () => signIn(server)));
    const locked = withClient(cluster.config, async (client) => {
      await client.query("BEGIN; LOCK TABLE refresh_tokens IN ACCESS EXCLUSIVE MODE");
      await Bun.sleep(250);
      await client.query("COMMIT");
    });
    await Bun.sleep(50);
    const answers = await Promise.all([
      ...sessions.map((each) => refresh(server, each)),
      ...sessions.map((each) => get(server, "/api/me", bearer(each))),
    ]);
    await locked;
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });
});
