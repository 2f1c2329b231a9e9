import type pg from "pg";
import type { Statements } from "./database";
import { isOfConnection, isOutdatedPlan, isStatementLost } from "./errors";
import { statementName } from "./statement-name";

/**
 * How long each statement waits for a row that is locked, in milliseconds. On a connection that others share it waits
 * for the pool's `lock_timeout`, since all behind it wait as well.
 */
const LOCK_MS = 2_000;

/** How the statements of a transaction are sent on its connection. */
export type SendOn = (client: pg.PoolClient) => Statements["query"];

/**
 * Runs several statements as one transaction on a connection of its own: all of them, or none when `work` throws or the
 * connection is lost. Nothing is repeated.
 */
export async function inTransaction<T>(
  pool: Pick<pg.Pool, "connect">,
  work: (statements: Statements) => Promise<T>,
  sendOn: SendOn = unprepared,
): Promise<T> {
  const client = await pool.connect();
  let lost: Error | undefined;
  try {
    await client.query(`BEGIN; SET LOCAL lock_timeout = ${LOCK_MS}`);
    const result = await work({ query: sendOn(client) });
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch((failure) => {
      lost = failure;
    });
    if (isOfConnection(error)) lost = error as Error;
    throw error;
  } finally {
    client.release(lost);
  }
}

/**
 * The same for what runs often: its statements are prepared once on every connection. Where one is gone, as behind a
 * pooler, or was planned before a migration, all of it runs once more without: nothing was committed.
 */
export async function inPreparedTransaction<T>(
  pool: Pick<pg.Pool, "connect">,
  work: (statements: Statements) => Promise<T>,
): Promise<T> {
  if (keepsNothing.has(pool)) return inTransaction(pool, work);
  try {
    return await inTransaction(pool, work, named);
  } catch (error) {
    if (isStatementLost(error)) keepsNothing.add(pool);
    else if (!isOutdatedPlan(error)) throw error;
    return inTransaction(pool, work);
  }
}

/** Pools whose connections have forgotten what was prepared on them. */
const keepsNothing = new WeakSet<object>();

/** The embedded database's connection does not pipeline: there a statement waits until the one before is done. */
const named: SendOn = (client) => {
  let before: Promise<unknown> = Promise.resolve();
  const { pipeline } = client as unknown as { pipeline: boolean };
  return (({ name, ...statement }: pg.QueryConfig) => {
    const send = () =>
      client.query({ ...statement, ...(name && { name: statementName(name, statement.text) }) });
    if (pipeline) return send();
    const answer = before.then(send, send);
    before = answer;
    return answer;
  }) as Statements["query"];
};

/** Behind a pooler a prepared statement may be gone; and what runs this seldom is prepared for nobody. */
function unprepared(client: pg.PoolClient): Statements["query"] {
  return ((statement: string | pg.QueryConfig, ...values: []) =>
    client.query(
      (typeof statement === "string" ? statement : { ...statement, name: undefined }) as string,
      ...values,
    )) as Statements["query"];
}
