import { folderWithDatabase } from "../support/embedded";
import { JournalClient, startLoad } from "../support/journal-client";
import type { Proof, Run } from "../support/proof";
import { googleOf, loggedEvents, serverFolder, spawnServer } from "../support/spawned-server";
import { databaseOf } from "../support/test-database";

const PLAYERS = 6;

/** Kills the server amid six players' requests, starts it again, and has every player check what was promised. */
async function killLoop(run: Run, folder: string, databaseEnv: Record<string, string>) {
  const google = googleOf(run.world);
  const spawn = () => spawnServer({ folder, env: { ...google.env, ...databaseEnv } });
  let server = await spawn();
  run.world.defer(() => server.kill());
  const reach = {
    get origin() {
      return server.origin;
    },
  };
  const players = Array.from({ length: PLAYERS }, () => new JournalClient(run, reach, google));
  for (const player of players) await player.step();
  return async () => {
    const stop = startLoad(players);
    await Bun.sleep(run.random.integer(30, 600));
    run.fault();
    await server.kill();
    await stop();
    server = await spawn();
    for (const player of players) await player.verify();
    run.check(loggedEvents(folder).length > 0, "login.log has whole lines only");
  };
}

export const killLoopEmbedded: Proof = {
  name: "kill -9, embedded",
  title: "S29 kill -9 amid requests loses no answer (embedded database)",
  database: "embedded",
  shortRounds: 1,
  longRounds: 100,
  share: 6,
  prepare: async (run) => killLoop(run, await folderWithDatabase(run.world), {}),
};

export const killLoopPostgres: Proof = {
  name: "kill -9, PostgreSQL",
  title: "S29 kill -9 amid requests loses no answer (PostgreSQL)",
  database: "postgres",
  shortRounds: 2,
  longRounds: 100,
  share: 6,
  async prepare(run) {
    const database = await databaseOf(run.world);
    return killLoop(run, serverFolder(run.world), database.env());
  },
};
