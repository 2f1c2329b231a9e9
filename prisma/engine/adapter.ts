import { PrismaPg } from "@prisma/adapter-pg";
import type { SqlDriverAdapter, SqlMigrationAwareDriverAdapterFactory } from "@prisma/driver-adapter-utils";
import type pg from "pg";

/** Opens an empty database to replay migrations in (`migrate dev`); `dispose` removes it again. */
export type OpenShadow = () => Promise<{ pool: pg.Pool; dispose(): Promise<void> }>;

/** The database behind `pool`, as the schema engine wants to see it. The pool stays its owner's. */
export function engineAdapter(pool: pg.Pool, openShadow: OpenShadow): SqlMigrationAwareDriverAdapterFactory {
  const factory = new PrismaPg(pool);
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: async () => sendingScriptsWhole(await factory.connect()),
    async connectToShadowDb() {
      const shadow = await openShadow();
      const adapter = sendingScriptsWhole(await new PrismaPg(shadow.pool).connect());
      adapter.dispose = shadow.dispose;
      return adapter;
    },
  };
}

/**
 * Sends a migration as one message, which PostgreSQL runs as one transaction. PrismaPg would cut it at every
 * semicolon, also inside a string or a function's body.
 */
function sendingScriptsWhole(adapter: SqlDriverAdapter): SqlDriverAdapter {
  adapter.executeScript = async (sql) => {
    await adapter.executeRaw({ sql, args: [], argTypes: [] });
  };
  return adapter;
}
