import type pg from "pg";
import type { Statements } from "./database";

/**
 * How long each statement waits for a row that is locked, in milliseconds. On a connection that others share it waits
 * for the pool's `lock_timeout`, since all behind it wait as well.
 */
const LOCK_MS = 2_000;

/**
 * Runs several statements as one transaction on a connection of its own: all of them, or none when `work` throws or the
 * connection is lost. Nothing is repeated.
 */
export async function inTransaction<T>(
  pool: Pick<pg.Pool, "connect">,
  work: (statements: Statements) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let lost: Error | undefined;
  try {
    await client.query(`BEGIN; SET LOCAL lock_timeout = ${LOCK_MS}`);
    const result = await work({ query: unprepared(client) });
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch((failure) => {
      lost = failure;
    });
    throw error;
  } finally {
    client.release(lost);
  }
}

/** Behind a pooler a prepared statement may be gone; and what runs this seldom is prepared for nobody. */
function unprepared(client: pg.PoolClient): Statements["query"] {
  return ((statement: string | pg.QueryConfig, ...values: []) =>
    client.query(
      (typeof statement === "string" ? statement : { ...statement, name: undefined }) as string,
      ...values,
    )) as Statements["query"];
}
