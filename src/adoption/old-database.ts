import type pg from "pg";
import { DatabaseStartError } from "../db/errors";

/** The columns that the server before this one made, by table. */
const COLUMNS: Record<string, string[]> = {
  users: ["id", "google_id", "email", "name", "picture", "stars", "level", "created_at", "last_login"],
  refresh_tokens: ["id", "user_id", "token", "created_at", "expires_at", "revoked_at", "issuer_ip"],
};

/** A foreign key of another table, to players. */
export type Reference = {
  table: string;
  /** Null for the schema that the players are in. */
  schema: string | null;
  constraint: string;
  definition: string;
};

export type OldDatabase = {
  /** All tables of the schema. */
  tables: string[];
  references: Reference[];
  /** `table.column` that somebody added. */
  unknownColumns: string[];
};

/**
 * Looks at what a database holds.
 * @throws {DatabaseStartError} when it is not that of the server before this one, or has been adopted already
 */
export async function inspect(client: pg.ClientBase): Promise<OldDatabase> {
  const { rows: columns } = await client.query<{ table: string; column: string }>(
    `SELECT c.relname AS table, a.attname AS column
     FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
     ORDER BY c.relname, a.attnum`,
  );
  const tables = [...new Set(columns.map(({ table }) => table))];
  if (tables.includes("_prisma_migrations"))
    throw new DatabaseStartError("This database is this server's already; there is nothing to adopt.", {
      lasting: true,
    });
  const has = (table: string) => columns.filter((row) => row.table === table).map(({ column }) => column);
  for (const [table, wanted] of Object.entries(COLUMNS)) {
    const missing = wanted.filter((column) => !has(table).includes(column));
    if (missing.length > 0)
      throw new DatabaseStartError(
        `This is no database of the server before: ${table} has no ${missing.join(", ")}.`,
        { lasting: true },
      );
  }
  const { rows: references } = await client.query<Reference>(
    `SELECT c.relname AS table, k.conname AS constraint, pg_get_constraintdef(k.oid) AS definition,
       nullif(c.relnamespace, current_schema()::regnamespace)::regnamespace::text AS schema
     FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid
     WHERE k.contype = 'f' AND k.confrelid = 'users'::regclass AND k.conrelid <> 'refresh_tokens'::regclass
     ORDER BY 1, 2`,
  );
  const unknownColumns = Object.entries(COLUMNS).flatMap(([table, known]) =>
    has(table)
      .filter((column) => !known.includes(column))
      .map((column) => `${table}.${column}`),
  );
  return { tables, references, unknownColumns };
}
