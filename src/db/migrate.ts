import type { DatabaseConfig } from "../config/config";
import { applyMigrations, migrationState } from "./migrations";
import { requireUtf8 } from "./prerequisites";
import { openTarget } from "./schema-engine/target";

/**
 * Brings a database up to date, as `prisma migrate deploy` does. Of several that try at once one does it, and the others wait.
 * @param onProgress hears, in a sentence, what a migration waits for
 * @returns the migrations that were applied
 * @throws {DatabaseStartError} when it is not in UTF-8, a migration fails, or the embedded database is in use
 */
export async function migrate(
  database: DatabaseConfig,
  onProgress: (line: string) => void,
): Promise<string[]> {
  const target = await openTarget(database);
  try {
    await requireUtf8(target.pool);
    return await target.exclusively(async () => {
      const { pending } = await migrationState(target.pool);
      if (pending.length > 0) await applyMigrations(target.pool, onProgress);
      return pending;
    });
  } finally {
    await target.close();
  }
}
