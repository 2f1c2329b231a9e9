import type { DatabaseConfig } from "../config/config";
import { applyMigrations, migrationState } from "./migrations";
import { openTarget } from "./schema-engine/target";

/**
 * Brings a database up to date, as `prisma migrate deploy` does. Of several that try at once one does it, and the others wait.
 * @returns the migrations that were applied
 * @throws {DatabaseStartError} when a migration fails, or the embedded database is in use
 */
export async function migrate(database: DatabaseConfig): Promise<string[]> {
  const target = await openTarget(database);
  try {
    return await target.exclusively(async () => {
      const { pending } = await migrationState(target.pool);
      if (pending.length > 0) await applyMigrations(target.pool);
      return pending;
    });
  } finally {
    await target.close();
  }
}
