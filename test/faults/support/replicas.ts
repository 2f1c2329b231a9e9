import { databaseOf, type TestDatabase } from "./postgres";
import type { Run } from "./proof";
import { googleOf, serverFolder, spawnServer } from "./spawned-server";

/**
 * Two server processes on one PostgreSQL, and a local Google; all gone after the run.
 * @param setUp sets the database up before they connect
 */
export async function twoReplicas(run: Run, setUp?: (database: TestDatabase) => Promise<unknown>) {
  const google = googleOf(run);
  const database = await databaseOf(run);
  await setUp?.(database);
  const env = { ...google.env, ...database.env() };
  const spawn = async () => {
    const server = await spawnServer({ folder: serverFolder(run), env });
    run.world.defer(() => server.kill());
    return server;
  };
  const [first, second] = await Promise.all([spawn(), spawn()]);
  return { google, database, first, second, origins: [first.origin, second.origin] as const };
}
