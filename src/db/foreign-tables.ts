/** How Prisma's engine says that a schema has tables which no migration of ours made. */
const SCHEMA_NOT_EMPTY = "P3005";

/**
 * What to do where a database holds somebody else's tables, in one line; undefined for every other error of the schema
 * engine.
 */
export function foreignTablesMessage(error: unknown): string | undefined {
  if ((error as { code?: unknown } | null)?.code !== SCHEMA_NOT_EMPTY) return undefined;
  return (
    "The schema has tables of somebody else. Give the server one of its own, as the database's owner: " +
    "CREATE SCHEMA accounts AUTHORIZATION <role>; ALTER ROLE <role> IN DATABASE <database> SET search_path = accounts; " +
    "then run this again."
  );
}
