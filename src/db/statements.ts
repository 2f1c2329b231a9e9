import type { QueryResultRow } from "pg";
import type { Clock } from "../clock";
import { createTurns } from "../turns";
import type { Statements } from "./database";
import { lockTimeout } from "./errors";

/**
 * A row `clock.now` for a statement's FROM: the time that rows are judged by. The statement's first parameter is
 * {@link Clock.databaseNow}.
 */
export const CLOCK = "(SELECT coalesce($1::timestamptz, now()) AS now) AS clock";

/** An interval of so many seconds. @param parameter as in `$5` */
export function seconds(parameter: string): string {
  return `make_interval(secs => ${parameter}::float8)`;
}

/**
 * Runs a statement, prepared once on every connection under its name, and returns its rows.
 * @param key of the row that it changes: of a key one statement runs at a time, so that those who wait for a row that
 * somebody keeps locked wait here, and not on connections that others need
 */
export type RunStatement = <Row extends QueryResultRow>(
  name: string,
  text: string,
  values?: unknown[],
  key?: string,
) => Promise<{ rows: Row[]; rowCount: number }>;

/** How long a statement may wait for its turn, in milliseconds. */
const TURN_MS = 2_500;

/**
 * How stores run their own statements; each is one transaction.
 * @returns puts {@link Clock.databaseNow} before the values, as `$1`
 */
export function createRunStatement(pool: Statements, clock: Clock): RunStatement {
  const turns = createTurns({ maximumWaiting: 1_000, waitMs: TURN_MS, refused: lockTimeout });
  return async <Row extends QueryResultRow>(
    name: string,
    text: string,
    values: unknown[] = [],
    key?: string,
  ) => {
    const query = { name, text, values: [clock.databaseNow(), ...values] };
    const send = () => pool.query<Row>(query);
    const { rows, rowCount } = await (key === undefined ? send() : turns.run(key, send));
    return { rows, rowCount: rowCount ?? 0 };
  };
}

/** The time that rows are judged by, for queries that need it as a value. */
export async function databaseTime(run: RunStatement): Promise<Date> {
  const { rows } = await run<{ now: Date }>("database_time", `SELECT clock.now FROM ${CLOCK}`);
  return (rows[0] as { now: Date }).now;
}
