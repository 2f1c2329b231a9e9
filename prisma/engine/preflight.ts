import { mkdirSync } from "node:fs";
import pg from "pg";
import type { DatabaseConfig } from "../../src/config";
import { toStartError } from "../../src/db/errors";
import { lockDataDir } from "../../src/db/lock";
import { connectionOptions, type PostgresConfig } from "../../src/db/postgres";

/** What the CLI asks before any schema exists. Prints Prisma's error code and a sentence where it fails. */
export async function preflight(question: string | undefined, database: DatabaseConfig): Promise<number> {
  try {
    if (database.kind === "embedded") checkEmbedded(database.dataDir);
    else if (question === "create-database") await createDatabase(database);
    else await withClient(database, (client) => client.query("SELECT 1"));
    return 0;
  } catch (error) {
    const { message } = database.kind === "postgres" ? toStartError(error, database) : (error as Error);
    report(prismaCode((error as { code?: string }).code), message);
    return 1;
  }
}

/** Opening it would take a while, and the next command does so anyway. */
function checkEmbedded(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  lockDataDir(dataDir)();
}

async function createDatabase(config: PostgresConfig): Promise<void> {
  await withClient({ ...config, database: "postgres" }, (client) =>
    client.query(`CREATE DATABASE ${pg.escapeIdentifier(config.database)}`),
  );
}

async function withClient(config: PostgresConfig, work: (client: pg.Client) => Promise<unknown>) {
  const client = new pg.Client({ ...connectionOptions(config), connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
    await work(client);
  } finally {
    await client.end();
  }
}

function prismaCode(code: string | undefined): string {
  if (code === "3D000") return "P1003";
  return code === "28P01" || code === "28000" ? "P1000" : "P1001";
}

/** The CLI skips the first line of the log and looks for the first error in the rest. */
function report(error_code: string, message: string): void {
  const line = (level: string, fields: object) => ({ level, fields, target: "schema_engine::logger" });
  for (const entry of [line("INFO", { message: "failed" }), line("ERROR", { error_code, message })])
    process.stderr.write(`${JSON.stringify(entry)}\n`);
}
