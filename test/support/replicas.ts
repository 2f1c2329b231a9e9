import { googleOf, serverFolder, spawnServer } from "./spawned-server";
import { databaseOf, type TestDatabase } from "./test-database";

/**
 * Two server processes on one PostgreSQL, and a local Google.
 * @param setUp sets the database up before they connect
 */
export async function twoReplicas(
  world: AsyncDisposableStack,
  setUp?: (database: TestDatabase) => Promise<unknown>,
) {
  const google = googleOf(world);
  const database = await databaseOf(world);
  await setUp?.(database);
  const env = { ...google.env, ...database.env() };
  const spawn = async () => {
    const server = await spawnServer({ folder: serverFolder(world), env });
    world.defer(() => server.kill());
    return server.origin;
  };
  return { google, database, origins: await Promise.all([spawn(), spawn()]) };
}

const shared = new AsyncDisposableStack();
let replicas: ReturnType<typeof twoReplicas> | undefined;

/** Two replicas for every proof that leaves them running, until {@link stopSharedReplicas}. */
export function sharedReplicas(): ReturnType<typeof twoReplicas> {
  replicas ??= twoReplicas(shared);
  return replicas;
}

export function stopSharedReplicas(): Promise<void> {
  return shared.disposeAsync();
}
