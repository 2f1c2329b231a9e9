import type { Database } from "../../../src/db/database";
import { openDatabase } from "../../../src/db/database";
import { TestClock } from "../../support/clock";
import { openEmbeddedForTest } from "../../support/databases";
import { newDevice } from "../../support/dpop";
import { newGuestKey } from "../../support/guests";
import { startInProcess } from "../../support/in-process";
import { mortal } from "../../support/mortal-database";
import { testPostgres } from "../../support/postgres";
import type { Lane, MortalProcess } from "./bound-session-play";

/** What the first and the second process of every lane reach the database by. */
export type Databases = readonly [Database, Database];

/** One database; on PostgreSQL each process has connections of its own. */
export async function openDatabases(kind: Database["kind"], world: AsyncDisposableStack): Promise<Databases> {
  if (kind === "embedded") {
    const database = await openEmbeddedForTest();
    world.defer(() => database.close());
    return [database, database];
  }
  const config = await (await testPostgres()).createDatabase();
  const open = async () => {
    const database = await openDatabase(config);
    world.defer(() => database.close());
    return database;
  };
  return [await open(), await open()];
}

/** Servers side by side, each with a time and a player of its own, so that schedules run together and not in turn. */
export function openLanes(databases: Databases, count: number): Promise<Lane[]> {
  return Promise.all(Array.from({ length: count }, () => openLane(databases)));
}

async function openLane([first, second]: Databases): Promise<Lane> {
  const clock = new TestClock();
  const start = async (database: Database): Promise<MortalProcess> => {
    const { database: own, ...fate } = mortal(database);
    return { ...(await startInProcess(own, clock)), ...fate };
  };
  return {
    clock,
    processes: [await start(first), await start(second)],
    guestKey: newGuestKey(),
    device: await newDevice(),
    thief: await newDevice(),
  };
}

/** Forgets all sessions and spent proofs, so that the last round is as fast as the first. */
export async function forgetSessions([{ pool }]: Databases): Promise<void> {
  await pool.query("TRUNCATE refresh_tokens, spent_proofs");
}
