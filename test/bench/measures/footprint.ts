import type { Stage } from "../lib/stage";

/** What a row takes on disk, in bytes: in its table, and in the indexes on it. */
export type RowSize = { table: string; rows: number; heap: number; indexes: number };

/** Of the full database; of the last two tables no row was copied in, they are what sign-ins have written. */
const TABLES = [
  ["growth_full", "users"],
  ["growth_full", "identities"],
  ["growth_full", "refresh_tokens"],
  ["rates_server", "name_looks"],
  ["rates_server", "audit_events"],
] as const;

/** How large the tables of the other measurements have become. */
export async function measureFootprint(stage: Stage): Promise<RowSize[]> {
  return Promise.all(TABLES.map(([database, table]) => sizeOf(stage, database, table)));
}

async function sizeOf(stage: Stage, database: string, table: string): Promise<RowSize> {
  const [row] = await stage.cluster.run(
    database,
    `SELECT (SELECT count(*) FROM ${table})::int AS rows, pg_table_size('${table}')::float8 AS heap,
       pg_indexes_size('${table}')::float8 AS indexes`,
  );
  const rows = Number(row?.rows);
  return { table, rows, heap: Number(row?.heap) / rows, indexes: Number(row?.indexes) / rows };
}
