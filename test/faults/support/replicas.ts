import { databaseOf } from "./postgres";
import type { Run } from "./proof";
import { googleOf, serverFolder, spawnServer } from "./spawned-server";

/** Two server processes on one PostgreSQL, and a local Google; all gone after the run. */
export async function twoReplicas(run: Run, configYml = "") {
  const google = googleOf(run);
  const database = await databaseOf(run);
  const env = { ...google.env, ...database.env() };
  const spawn = async () => {
    const server = await spawnServer({ folder: serverFolder(run, configYml), env });
    run.world.defer(() => server.kill());
    return server;
  };
  const [first, second] = await Promise.all([spawn(), spawn()]);
  return { google, database, first, second, origins: [first.origin, second.origin] as const };
}
