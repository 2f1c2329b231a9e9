import { existsSync } from "node:fs";
import type pg from "pg";
import { assetPath, isExecutable } from "../assets";
import { DatabaseStartError } from "./errors";

const GENERATED_CLIENT = "src/generated/prisma/client.ts";

/**
 * The Prisma client is loaded with its first query; without this check a server without it would start and fail then.
 * @throws {DatabaseStartError}
 */
export function requireGeneratedClient(): void {
  if (isExecutable || existsSync(assetPath(GENERATED_CLIENT))) return;
  throw new DatabaseStartError(
    'The Prisma client is not generated; run "bun install" or "bunx prisma generate".',
    { lasting: true },
  );
}

/**
 * Another encoding cannot hold every name, and SQL_ASCII counts and compares bytes.
 * @throws {DatabaseStartError} naming the encoding
 */
export async function requireUtf8(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ encoding: string; database: string }>(
    "SELECT current_setting('server_encoding') AS encoding, current_database() AS database",
  );
  const { encoding = "", database = "" } = rows[0] ?? {};
  if (encoding === "UTF8") return;
  throw new DatabaseStartError(
    `The database "${database}" is encoded in ${encoding}, and only UTF8 holds every name; ` +
      "create it anew with ENCODING 'UTF8'.",
    { lasting: true },
  );
}
