import type { QueryResultRow } from "pg";
import type { Clock } from "../clock";
import type { Database } from "./database";

/**
 * A row `clock.now` for a statement's FROM: the time that rows are judged by. The statement's first parameter is
 * {@link Clock.databaseNow}.
 */
export const CLOCK = "(SELECT coalesce($1::timestamptz, now()) AS now) AS clock";

/** An interval of so many seconds. @param parameter as in `$5` */
export function seconds(parameter: string): string {
  return `make_interval(secs => ${parameter}::float8)`;
}

/** Runs a statement, prepared once on every connection under its name, and returns its rows. */
export type RunStatement = <Row extends QueryResultRow>(
  name: string,
  text: string,
  values?: unknown[],
) => Promise<{ rows: Row[]; rowCount: number }>;

/**
 * How stores run their own statements; each is one transaction.
 * @returns puts {@link Clock.databaseNow} before the values, as `$1`
 */
export function createRunStatement({ pool }: Database, clock: Clock): RunStatement {
  return async <Row extends QueryResultRow>(name: string, text: string, values: unknown[] = []) => {
    const { rows, rowCount } = await pool.query<Row>({
      name,
      text,
      values: [clock.databaseNow(), ...values],
    });
    return { rows, rowCount: rowCount ?? 0 };
  };
}

/** The time that rows are judged by, for queries that need it as a value. */
export async function databaseTime(run: RunStatement): Promise<Date> {
  const { rows } = await run<{ now: Date }>("database_time", `SELECT clock.now FROM ${CLOCK}`);
  return (rows[0] as { now: Date }).now;
}
