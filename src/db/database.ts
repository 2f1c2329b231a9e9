import type pg from "pg";
import { isExecutable } from "../assets";
import type { DatabaseConfig } from "../config/config";
import type { PrismaClient } from "../generated/prisma/client";
import { DatabaseStartError, toStartError } from "./errors";
import { applyMigrations, migrationState } from "./migrations";
import { type PostgresConfig, ServingPool, servingPool } from "./postgres";
import { requireGeneratedClient, requireUtf8 } from "./prerequisites";

/** Runs statements, each a transaction of its own: `query({ name, text, values })`. */
export type Statements = Pick<pg.Pool, "query">;

/** One database behind two ways in: Prisma for ordinary queries, the same pool for the few hot statements. */
export type Database = Readonly<{
  kind: DatabaseConfig["kind"];
  /** A transaction of several statements waits 25 ms for a row that is locked, unless it sets `lock_timeout` itself. */
  prisma: PrismaClient;
  /** For prepared statements: `pool.query({ name, text, values })`. Inside a transaction use its client alone. */
  pool: pg.Pool;
  /** For statements that nobody waits for: each has a connection of its own. */
  background: Statements;
  /** Resolves when the database answers and takes writes; rejects within seconds when it does not. */
  ping(): Promise<void>;
  /** Waits for what is running, then lets go of everything. */
  close(): Promise<void>;
}>;

/** Fails where nothing can be written, as at a database that was replaced by another (a failover). */
const WRITE_NOTHING = "UPDATE _prisma_migrations SET checksum = checksum WHERE false";

export type OpenOptions = {
  /** Told what is going on when the start takes longer than a moment. */
  onProgress?: (line: string) => void;
  /** Told of what went wrong without failing anybody: a connection lost while idle, an unknown migration. */
  onWarning?: (line: string) => void;
};

/**
 * Opens the database, ready to serve. The embedded one is made and migrated as needed; PostgreSQL is left as it is.
 * @throws {DatabaseStartError} when it cannot be reached, is in use, is not in UTF-8, or has migrations pending or failed
 */
export async function openDatabase(config: DatabaseConfig, options: OpenOptions = {}): Promise<Database> {
  requireGeneratedClient();
  const { pool, close } =
    config.kind === "embedded" ? await embedded(config.dataDir, options) : postgres(config, options);
  pool.on("error", (error) => options.onWarning?.(`An idle database connection was lost: ${error.message}`));
  try {
    await requireUtf8(pool);
    if (config.kind === "embedded") await migrateAsNeeded(pool, options);
    await refuseUnlessMigrated(pool, options);
    return createDatabase(pool, config.kind, await schemaInUse(pool), close);
  } catch (error) {
    await close();
    throw config.kind === "embedded" ? error : toStartError(error, config);
  }
}

/**
 * The {@link Database} over a pool whose migrations are applied.
 * @param schema where its tables are
 */
export function createDatabase(
  pool: pg.Pool,
  kind: DatabaseConfig["kind"],
  schema: string,
  closePool: () => Promise<void>,
): Database {
  let prisma: PrismaClient | undefined;
  let closing: Promise<void> | undefined;
  const closeAll = async () => {
    await using resources = new AsyncDisposableStack();
    resources.defer(closePool);
    resources.defer(async () => prisma?.$disconnect());
  };
  return {
    kind,
    get prisma() {
      prisma ??= openPrisma(pool, schema);
      return prisma;
    },
    pool,
    background: pool instanceof ServingPool ? { query: pool.queryInBackground } : pool,
    async ping() {
      await pool.query(WRITE_NOTHING);
    },
    close() {
      closing ??= closeAll();
      return closing;
    },
  };
}

/** Loads Prisma with its first query: the start is faster without it, and the hot statements never need it. */
function openPrisma(pool: pg.Pool, schema: string): PrismaClient {
  const { PrismaPg } = require("@prisma/adapter-pg") as typeof import("@prisma/adapter-pg");
  const client = require("../generated/prisma/client") as typeof import("../generated/prisma/client");
  return new client.PrismaClient({
    adapter: new PrismaPg(pool, { schema }),
    transactionOptions: { maxWait: 3_000, timeout: 5_000 },
  });
}

async function embedded(dataDir: string, { onProgress }: OpenOptions) {
  const { openEmbedded } = await import("./embedded");
  return openEmbedded(dataDir, onProgress);
}

function postgres(config: PostgresConfig, { onWarning }: OpenOptions) {
  const pool = servingPool(config, onWarning);
  return { pool, close: () => pool.end() };
}

/** The schema that the connection's search path leads to. Prisma's queries name it, the prepared ones do not. */
async function schemaInUse(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT n.nspname AS name FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE c.oid = to_regclass('_prisma_migrations')`,
  );
  return rows[0]?.name ?? "public";
}

async function migrateAsNeeded(pool: pg.Pool, { onProgress }: OpenOptions): Promise<void> {
  const { pending } = await migrationState(pool);
  if (pending.length === 0) return;
  onProgress?.(`Applying ${pending.length === 1 ? "1 migration" : `${pending.length} migrations`} …`);
  await applyMigrations(pool, onProgress);
}

async function refuseUnlessMigrated(pool: pg.Pool, { onWarning }: OpenOptions): Promise<void> {
  const { pending, failed, unknown } = await migrationState(pool);
  if (failed.length > 0)
    throw new DatabaseStartError(
      `The migration ${failed[0]} failed half-way; see "bunx prisma migrate status".`,
    );
  if (pending.length > 0)
    throw new DatabaseStartError(
      `The database lacks ${pending.length === 1 ? "1 migration" : `${pending.length} migrations`}; ` +
        `run ${isExecutable ? 'this program with "migrate"' : '"bunx prisma migrate deploy"'}.`,
    );
  if (unknown.length > 0) onWarning?.(`The database is newer than this server: ${unknown.join(", ")}.`);
}
