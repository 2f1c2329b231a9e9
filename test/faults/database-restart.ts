import { applyMigrations } from "../../src/db/migrations";
import { boundedAnswers, recovered } from "../support/bounded";
import { ask } from "../support/client";
import { startCluster } from "../support/cluster";
import { JournalClient, startLoad } from "../support/journal-client";
import type { Proof } from "../support/proof";
import { googleOf, serverFolder, spawnServer } from "../support/spawned-server";
import { reach } from "../support/test-database";

const PLAYERS = 4;

export const databaseRestart: Proof = {
  name: "database restart",
  title:
    "S59 PostgreSQL shut down and crashed under load: 503s, liveness 200, recovery without a restart, nothing lost",
  database: "restartable",
  shortRounds: 2,
  longRounds: 60,
  share: 3,
  async prepare(run) {
    const google = googleOf(run.world);
    const cluster = await startCluster();
    run.world.defer(() => cluster.remove());
    const database = reach(run.world, cluster.config);
    await applyMigrations(database.pool);
    const env = { ...google.env, ...database.env() };
    const server = await spawnServer({ folder: serverFolder(run.world), env });
    run.world.defer(() => server.kill());
    const players = Array.from({ length: PLAYERS }, () => new JournalClient(run, server, google));

    return async () => {
      const mode = run.random.pick(["fast", "immediate"] as const);
      const stop = startLoad(players, boundedAnswers(run, mode));
      await Bun.sleep(run.random.integer(100, 500));
      run.fault();
      await cluster.stop(mode);
      const live = await ask(server.origin, "GET /health/live");
      run.check(live.status === 200, `${mode}: liveness is 200`);
      const ready = await ask(server.origin, "GET /health/ready");
      run.check(ready.status === 503, `${mode}: readiness is 503, not ${ready.status}`);
      await Bun.sleep(run.random.integer(0, 500));
      await cluster.start();
      await recovered(run, server.origin, mode);
      await stop();
      for (const player of players) await player.verify();
    };
  },
};
