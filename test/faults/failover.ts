import { applyMigrations } from "../../src/db/migrations";
import { migrationPool, withClient } from "../../src/db/postgres";
import { boundedAnswers, recovered } from "../support/bounded";
import { ask, bearer, refresh, signIn } from "../support/client";
import { startCluster } from "../support/cluster";
import type { Proof } from "../support/proof";
import { googleOf, serverFolder, spawnServer } from "../support/spawned-server";
import { reach } from "../support/test-database";

const PLAYERS = 12;

export const failover: Proof = {
  name: "failover",
  title:
    "S59 a database that turns read-only and back, and a column that changes its type: unready meanwhile, nobody signed out",
  database: "restartable",
  shortRounds: 2,
  longRounds: 30,
  share: 2,
  async prepare(run) {
    const cluster = await startCluster();
    run.world.defer(() => cluster.remove());
    const pool = migrationPool(cluster.config);
    await applyMigrations(pool);
    await pool.end();
    const google = googleOf(run.world);
    const database = reach(run.world, cluster.config);
    const { origin, kill } = await spawnServer({
      folder: serverFolder(run.world),
      env: { ...google.env, ...database.env() },
    });
    run.world.defer(kill);
    const sessions = await Promise.all(Array.from({ length: PLAYERS }, () => signIn(origin, google)));
    const sql = (text: string) => withClient(cluster.config, (client) => client.query(text));
    const readOnly = async (state: "on" | "off") => {
      await sql(`ALTER SYSTEM SET default_transaction_read_only = ${state}`);
      await sql("SELECT pg_reload_conf()");
    };
    /** Everybody refreshes. */
    const everybody = async (what: string, mayFail: boolean) => {
      const bounded = boundedAnswers(run, what);
      await Promise.all(
        sessions.map(async (session, index) => {
          const reply = await bounded(() => refresh(origin, session.refresh_token));
          if (reply?.status === 200) sessions[index] = reply.body;
          if (!mayFail) run.check(reply?.status === 200, `${what}: a refresh is answered ${reply?.status}`);
        }),
      );
    };

    return async (round) => {
      run.fault();
      if (round % 2) {
        await readOnly("on");
        await everybody("read-only", true);
        const limit = performance.now() + 5_000;
        let ready = 200;
        while (ready === 200 && performance.now() < limit) {
          ready = (await ask(origin, "GET /health/ready")).status;
          await Bun.sleep(50);
        }
        run.check(ready === 503, `a server that can write nothing is not ready (${ready})`);
        const [session] = sessions;
        const me = session && (await ask(origin, "GET /api/me", undefined, bearer(session)));
        run.check(me?.status === 200, `who only reads plays on (${me?.status})`);
        await readOnly("off");
        await recovered(run, origin, "read-only");
      } else {
        const changing = sql(
          `ALTER TABLE users ALTER COLUMN name TYPE ${round % 4 ? "varchar(80)" : "text"}`,
        );
        await everybody("type change", true);
        await changing;
      }
      await everybody("afterwards", false);
    };
  },
};
