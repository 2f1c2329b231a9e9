import type { DatabaseConfig } from "../config/config";

/**
 * The database as the Prisma CLI names it in what it prints. It carries no password, because the CLI puts it on
 * the command line of the schema engine, for every user of the machine to read; the engine connects by the
 * server's own configuration instead.
 */
export function datasourceUrl(database: DatabaseConfig): string {
  if (database.kind === "embedded") return "postgresql://embedded/postgres";
  const url = new URL("postgresql://localhost");
  if (database.host.startsWith("/")) url.searchParams.set("host", database.host);
  else url.hostname = database.host.includes(":") ? `[${database.host}]` : database.host;
  url.port = String(database.port);
  url.username = encodeURIComponent(database.user);
  url.pathname = encodeURIComponent(database.database);
  return url.href;
}
