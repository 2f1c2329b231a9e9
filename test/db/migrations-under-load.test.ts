import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { applyMigrations, migrationState } from "../../src/db/migrations";
import { migrationPool, type PostgresConfig, withClient } from "../../src/db/postgres";
import { migrateUpTo } from "../support/migrate-up-to";
import { postgresAvailable, testPostgres } from "../support/postgres";

setDefaultTimeout(120_000);

const LAST_BEFORE = "20261127090000_spent_proofs";
const PLAYERS = 20_000;
/** Sign-ups at once. */
const LANES = 3;

/** One sign-up after the other, each so slow that at any time some have a player and no session yet. */
function signUps(config: PostgresConfig, lane: number, going: () => boolean): Promise<void> {
  return withClient(config, async (client) => {
    for (let n = 2_000_000 + lane; going(); n += LANES) {
      await client.query(
        `BEGIN;
         INSERT INTO users (id, email, name, name_folded, name_skeleton) VALUES (${n}, '', 'New${n}', 'n${n}', 'n${n}');
         SELECT pg_sleep(0.1);
         INSERT INTO identities (provider, subject, user_id) VALUES ('google', 'new-${n}', ${n});
         INSERT INTO refresh_tokens (id, user_id) VALUES (gen_random_uuid(), ${n});
         COMMIT`,
      );
    }
  });
}

describe.skipIf(!postgresAvailable())("while one sign-up follows the other", () => {
  test("every migration comes through", async () => {
    const config = await (await testPostgres()).createEmptyDatabase();
    const pool = migrationPool(config);
    await migrateUpTo(pool, LAST_BEFORE);
    await pool.query(
      `INSERT INTO users (id, email, name, name_folded, name_skeleton)
       SELECT 1000000 + n, '', 'Old' || n, 'old' || n, 'old' || n FROM generate_series(1, $1::int) AS n`,
      [PLAYERS],
    );
    await pool.query(
      `INSERT INTO identities (provider, subject, user_id)
       SELECT 'google', 'sub-' || n, 1000000 + n FROM generate_series(1, $1::int) AS n`,
      [PLAYERS],
    );
    let going = true;
    const lanes = Array.from({ length: LANES }, (_, lane) => signUps(config, lane, () => going));
    await applyMigrations(pool);
    going = false;
    await Promise.all(lanes);
    expect(await migrationState(pool)).toEqual({ pending: [], failed: [], unknown: [] });
    await pool.end();
  });
});
