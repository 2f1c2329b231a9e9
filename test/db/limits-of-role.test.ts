import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import pg from "pg";
import { migrationPool, type PostgresConfig, withClient } from "../../src/db/postgres";
import { engineAdapter } from "../../src/db/schema-engine/adapter";
import { openTarget } from "../../src/db/schema-engine/target";
import { postgresAvailable, testPostgres } from "../support/postgres";

setDefaultTimeout(60_000);

const ROLE = "limited_for_players";

/** The limits of statements that players wait for stand on the role, as the README has it behind PgBouncer. */
describe.skipIf(!postgresAvailable())("where the role has limits", async () => {
  if (!postgresAvailable()) return;
  const { superuser, createEmptyDatabase } = await testPostgres();
  const { database } = await createEmptyDatabase();
  const config: PostgresConfig = { ...superuser, database, user: ROLE, password: "limited-password" };
  await withClient(superuser, async (client) => {
    await client.query(`CREATE ROLE ${ROLE} LOGIN PASSWORD 'limited-password'`);
    await client.query(`ALTER ROLE ${ROLE} SET statement_timeout = '1s'`);
    await client.query(`ALTER ROLE ${ROLE} SET lock_timeout = '25ms'`);
    await client.query(`ALTER DATABASE ${pg.escapeIdentifier(database)} OWNER TO ${ROLE}`);
  });
  const pool = migrationPool(config);
  afterAll(() => pool.end());
  const said: string[] = [];
  const noShadow = () => Promise.reject(new Error("no shadow"));
  const adapter = await engineAdapter(pool, noShadow, (line) => said.push(line)).connect();

  test("a migration takes as long as it takes, and waits for its locks", async () => {
    await adapter.executeScript("CREATE TABLE played (id int); SELECT pg_sleep(1.3)");
    const locked = withClient(config, async (client) => {
      await client.query("BEGIN; LOCK TABLE played");
      await Bun.sleep(300);
      await client.query("COMMIT");
    });
    await Bun.sleep(50);
    await adapter.executeScript("ALTER TABLE played ADD COLUMN note text");
    await locked;
    const { rows } = await pool.query("SHOW lock_timeout");
    expect(rows).toEqual([{ lock_timeout: "25ms" }]);
  });

  test("a migration that waits for a lock holds up nobody who reads, and is done once when the lock is free", async () => {
    said.length = 0;
    const reader = new pg.Client(config);
    await reader.connect();
    await reader.query("BEGIN; LOCK TABLE played IN ACCESS SHARE MODE");
    const migrated = adapter.executeScript(
      "CREATE TABLE again (id int); ALTER TABLE played ADD COLUMN place text",
    );
    await Bun.sleep(50);
    await pool.query("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '1s'; SELECT FROM played");
    await Bun.sleep(300);
    expect((await pool.query("SELECT to_regclass('again') AS made")).rows).toEqual([{ made: null }]);
    await reader.query("COMMIT");
    await reader.end();
    await migrated;
    expect(said).toEqual([expect.stringContaining("waits for a table")]);
    const columns = "SELECT column_name FROM information_schema.columns WHERE table_name = 'played'";
    expect((await pool.query(columns)).rows.map((row) => row.column_name)).toContain("place");
  });

  test("what runs in no transaction still runs", async () => {
    await adapter.executeScript("VACUUM played");
  });

  test("of two that migrate the second waits for the first, however long that takes", async () => {
    const order: string[] = [];
    const migrate = async (name: string) => {
      const target = await openTarget(config);
      await target.exclusively(async () => {
        await Bun.sleep(300);
        order.push(name);
      });
      await target.close();
    };
    await Promise.all([migrate("one"), migrate("another")]);
    expect(order.sort()).toEqual(["another", "one"]);
  });
});
