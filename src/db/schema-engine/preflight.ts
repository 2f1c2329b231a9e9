import { mkdirSync } from "node:fs";
import pg from "pg";
import type { DatabaseConfig } from "../../config/config";
import { toStartError } from "../errors";
import { lockDataDir } from "../lock";
import { type PostgresConfig, withClient } from "../postgres";
import { report } from "./log";

/** What the CLI asks before any schema exists. Prints Prisma's error code and a sentence where it fails. */
export async function preflight(question: string | undefined, database: DatabaseConfig): Promise<number> {
  try {
    if (database.kind === "embedded") checkEmbedded(database.dataDir);
    else if (question === "create-database") await createDatabase(database);
    else await withClient(database, (client) => client.query("SELECT 1"));
    return 0;
  } catch (error) {
    const { message } = database.kind === "postgres" ? toStartError(error, database) : (error as Error);
    report("INFO", { message: "The CLI skips the first line of the log." });
    report("ERROR", { message, error_code: prismaCode((error as { code?: string }).code) });
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

function prismaCode(code: string | undefined): string {
  if (code === "3D000") return "P1003";
  return code === "28P01" || code === "28000" ? "P1000" : "P1001";
}
