import { readFileSync } from "node:fs";
import type pg from "pg";
import { assetFolders, assetPath } from "../assets";
import { DatabaseStartError } from "./errors";
import { foreignTablesMessage } from "./foreign-tables";

const FOLDER = "prisma/migrations";

/** Names of migrations, in the order they apply. */
export type MigrationState = {
  /** In the folder and not yet in the database. */
  pending: string[];
  /** Begun in the database and never finished: somebody has to look. */
  failed: string[];
  /** In the database and not in the folder: the database has seen a newer server. */
  unknown: string[];
};

/** Compares the migrations in the folder with those the database has on record. */
export async function migrationState(pool: pg.Pool): Promise<MigrationState> {
  const known = assetFolders(FOLDER);
  const recorded = await recordedMigrations(pool);
  const applied = recorded.filter((row) => row.finished_at !== null).map((row) => row.migration_name);
  return {
    pending: known.filter((name) => !applied.includes(name)),
    failed: recorded.filter((row) => row.finished_at === null).map((row) => row.migration_name),
    unknown: applied.filter((name) => !known.includes(name)),
  };
}

/**
 * Applies what is pending, through Prisma's own engine, in this process.
 * @param onProgress hears, in a sentence, what a migration waits for
 * @throws {DatabaseStartError} when a migration fails
 */
export async function applyMigrations(
  pool: pg.Pool,
  onProgress: (line: string) => void = () => {},
): Promise<void> {
  const [{ createSchemaEngine }, { engineAdapter }] = await Promise.all([
    import("./schema-engine/wasm"),
    import("./schema-engine/adapter"),
  ]);
  const noShadow = () => Promise.reject(new Error("applying migrations needs no shadow database"));
  const engine = await createSchemaEngine(engineAdapter(pool, noShadow, onProgress));
  try {
    await engine.applyMigrations({
      migrationsList: migrationsList(),
      filters: { externalTables: [], externalEnums: [] },
    });
  } catch (error) {
    const message = foreignTablesMessage(error) ?? `A migration failed: ${(error as Error).message}`;
    throw new DatabaseStartError(message, { cause: error });
  } finally {
    engine.free();
  }
}

type Recorded = { migration_name: string; finished_at: Date | null };

async function recordedMigrations(pool: pg.Pool): Promise<Recorded[]> {
  try {
    const { rows } = await pool.query<Recorded>(
      "SELECT migration_name, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at",
    );
    return rows;
  } catch (error) {
    if ((error as { code?: string }).code === "42P01") return [];
    throw error;
  }
}

function migrationsList() {
  const read = (path: string) => readFileSync(assetPath(`${FOLDER}/${path}`), "utf8");
  return {
    baseDir: assetPath(FOLDER),
    lockfile: { path: "migration_lock.toml", content: read("migration_lock.toml") },
    shadowDbInitScript: "",
    migrationDirectories: assetFolders(FOLDER).map((path) => ({
      path,
      migrationFile: {
        path: "migration.sql",
        content: { tag: "ok" as const, value: read(`${path}/migration.sql`) },
      },
    })),
  };
}
