import { setTimeout as sleep } from "node:timers/promises";
import { PrismaPg } from "@prisma/adapter-pg";
import type { SqlDriverAdapter, SqlMigrationAwareDriverAdapterFactory } from "@prisma/driver-adapter-utils";
import { ColumnTypeEnum } from "@prisma/driver-adapter-utils";
import pg from "pg";
import { isLockTimeout, isRefusedInTransaction } from "../errors";

/** Opens an empty database to replay migrations in (`migrate dev`); `dispose` removes it again. */
export type OpenShadow = () => Promise<{ pool: pg.Pool; dispose(): Promise<void> }>;

/**
 * The database behind `pool`, as the schema engine wants to see it. The pool stays its owner's.
 * @param say hears, once a minute, that a migration waits for a table
 */
export function engineAdapter(
  pool: pg.Pool,
  openShadow: OpenShadow,
  say: (line: string) => void,
): SqlMigrationAwareDriverAdapterFactory {
  return {
    provider: "postgres",
    adapterName: "@prisma/adapter-pg",
    connect: () => connect(pool, say),
    async connectToShadowDb() {
      const shadow = await openShadow();
      return Object.assign(await connect(shadow.pool, say), { dispose: shadow.dispose });
    },
  };
}

/** PrismaPg's adapter, amended where what it does is fine for queries and wrong for the schema engine. */
async function connect(pool: pg.Pool, say: (line: string) => void): Promise<SqlDriverAdapter> {
  const { amended, charColumns } = withInternalChars(pool);
  // Else the engine looks into `public`, whatever schema the search path leads to.
  const { rows } = await pool.query<{ schema: string | null }>("SELECT current_schema() AS schema");
  const adapter = await new PrismaPg(amended, { schema: rows[0]?.schema ?? "public" }).connect();
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (query) => {
    const result = await queryRaw(query);
    for (const index of charColumns.get(result.rows) ?? [])
      result.columnTypes[index] = ColumnTypeEnum.Character;
    return result;
  };
  // A migration goes out as one message, which PostgreSQL runs as one transaction. PrismaPg would cut it at every
  // semicolon, also inside a string or a function's body.
  const send = (sql: string) => adapter.executeRaw({ sql, args: [], argTypes: [] });
  adapter.executeScript = async (sql) => {
    await untilUnlocked(() => send(LIMITS + sql), say).catch((error) => {
      if (!isRefusedInTransaction(error)) throw error;
      return send(sql);
    });
  };
  return adapter;
}

/**
 * The limits of statements that players wait for may stand on the role, which is how they are set behind a pooler. A
 * migration takes as long as it takes. It waits for a lock as briefly as players do not notice, since all behind it wait
 * as well, then gives up all that it has done and tries again, for ever: a dump may read a table for hours. Set for its
 * transaction alone, since behind a pooler the connection is somebody else's next.
 */
const LIMITS = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '250ms'; ";

/** Between two tries, in milliseconds: those who waited behind it go first. */
const PAUSE_MS = 1_000;

const TRIES_A_MINUTE = 48;

const WAITING =
  "A migration waits for a table that somebody uses, as a dump or a transaction left open does (pg_stat_activity shows them); it is tried again every second.";

async function untilUnlocked<T>(work: () => Promise<T>, say: (line: string) => void): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
      if (tries % TRIES_A_MINUTE === 0) say(WAITING);
      await sleep(PAUSE_MS);
    }
  }
}

const NOTHING = { rows: [], fields: [], rowCount: 0 };

const { CHAR, TEXT } = pg.types.builtins;

/**
 * PrismaPg refuses columns of the catalogs' internal type "char", a single letter. The amended pool declares them
 * to be text and notes, per array of rows, which they are.
 */
function withInternalChars(pool: pg.Pool) {
  const charColumns = new WeakMap<object, number[]>();
  const query = async (config: pg.QueryConfig) => {
    // The engine would lock a session and leave it locked; whoever runs it holds a lock already.
    if (/^SELECT pg_advisory_lock\(/i.test(config.text)) return NOTHING;
    const result = await pool.query(config);
    const chars = (result.fields ?? []).flatMap((field, index) => (field.dataTypeID === CHAR ? [index] : []));
    for (const index of chars) (result.fields[index] as pg.FieldDef).dataTypeID = TEXT;
    if (chars.length > 0) charColumns.set(result.rows, chars);
    return result;
  };
  return { amended: Object.create(pool, { query: { value: query } }) as pg.Pool, charColumns };
}
