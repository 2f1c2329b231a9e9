import { systemClock } from "../../src/clock";
import { loadConfig } from "../../src/config/config";
import { openDatabase } from "../../src/db/database";
import { cleanUp } from "../../src/host/clean-up";
import { createStores } from "../../src/stores";
import { ask, bearer, signIn } from "../support/client";
import type { Proof } from "../support/proof";
import { twoReplicas } from "../support/replicas";

const SHORT_ROWS = 60_000;
const LONG_ROWS = 3_000_000;

/** Rows of every kind that the clean-up deletes, and one session among them that has expired. */
const FILL = `
  INSERT INTO authorization_requests (state_hash, google_code_verifier, redirect_uri, client_state, code_challenge, created_at)
    SELECT int8send(n), 'v', 'http://127.0.0.1/', 's', 'c', now() - interval '1 day' FROM generate_series(1, $1::int) AS n;
`;
const FILL_CODES = `
  INSERT INTO login_codes (code_hash, code_challenge, google_id, email_verified, created_at)
    SELECT int8send(n), 'c', 'g', false, now() - interval '1 day' FROM generate_series(1, $1::int / 10) AS n`;
const FILL_PROOFS = `
  INSERT INTO spent_proofs (hash, expires_at)
    SELECT int8send(n), now() - interval '1 day' FROM generate_series(1, $1::int / 10) AS n`;

export const backlog: Proof = {
  name: "backlog",
  title:
    "a backlog of rows that nobody deleted goes in batches, expired sessions with it, and who plays does not notice",
  database: "postgres",
  shortRounds: 1,
  longRounds: 2,
  share: 3,
  async prepare(run) {
    const { google, database, origins } = await twoReplicas(run.world);
    const [origin = ""] = origins;
    const config = loadConfig({
      cwd: import.meta.dirname,
      env: {
        ...database.env(),
        JWT_SECRET: "0f1e2d3c4b5a69788796a5b4c3d2e1f06f1d2c3b4a5968778695a4b3c2d1e0f0",
      },
    });
    const opened = await openDatabase(config.database);
    run.world.defer(() => opened.close());
    const stores = createStores(opened, systemClock, config, opened.background);

    return async (round) => {
      const rows = round === 1 ? SHORT_ROWS : LONG_ROWS;
      const session = await signIn(origin, google);
      for (const statement of [FILL, FILL_CODES, FILL_PROOFS]) await database.pool.query(statement, [rows]);
      await database.pool.query(
        `INSERT INTO refresh_tokens (id, user_id, created_at, rotated_at)
         SELECT '01700000-0000-7000-8000-000000000000', $1, now() - interval '400 days', now() - interval '400 days'`,
        [session.user.id],
      );
      run.fault(rows);
      let slowest = 0;
      let going = true;
      const playing = (async () => {
        while (going) {
          const began = performance.now();
          const { status } = await ask(origin, "GET /api/me", undefined, bearer(session));
          slowest = Math.max(slowest, performance.now() - began);
          run.check(status === 200, `a player is answered ${status}`);
          await Bun.sleep(20);
        }
      })();
      const began = performance.now();
      // A batch of 500 and a pause of 50 ms at a time; the proof's round ends before three million are gone.
      await Promise.race([cleanUp(stores, config), Bun.sleep(60_000)]);
      going = false;
      await playing;
      const deleted = await remaining(database.pool, rows);
      run.check(deleted > 0, "rows go");
      run.check(
        slowest < 1_500,
        `meanwhile nobody waits (${Math.round(slowest)} ms, ${deleted} rows in ${Math.round(performance.now() - began)} ms)`,
      );
      if (round === 1) run.check(deleted === rows, `all are gone (${deleted} of ${rows})`);
      const { rowCount } = await database.pool.query(
        "SELECT FROM refresh_tokens WHERE id < '01710000-0000-7000-8000-000000000000'",
      );
      run.check(rowCount === 0, "the expired session is gone");
      await database.pool.query("TRUNCATE authorization_requests, login_codes, spent_proofs");
    };
  },
};

async function remaining(pool: { query(text: string): Promise<{ rows: { n: number }[] }> }, rows: number) {
  const { rows: counted } = await pool.query("SELECT count(*)::int AS n FROM authorization_requests");
  return rows - (counted[0]?.n ?? 0);
}
