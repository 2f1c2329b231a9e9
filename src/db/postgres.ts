import pg from "pg";
import type { DatabaseConfig } from "../config/config";
import { isRetryable } from "./errors";
import { SharedConnection } from "./shared-connection";

export type PostgresConfig = Extract<DatabaseConfig, { kind: "postgres" }>;

/**
 * Bounds in milliseconds, so that a slow or vanished database becomes a 503 and never a hanging request: the wait
 * for a connection, a statement as the server counts, and as we count should the server's answer never come. A
 * request runs two statements or so, and two that all but use up their bounds must fit into ten seconds.
 */
const SERVING_LIMITS: pg.PoolConfig = {
  max: 10,
  connectionTimeoutMillis: 2_000,
  statement_timeout: 2_500,
  query_timeout: 3_000,
  idle_in_transaction_session_timeout: 10_000,
};

/** How long a statement is run again and again, in milliseconds, and the longest pause before each. */
const RETRY_FOR_MS = 2_000;
const RETRY_PAUSE_MS = 30;

/** How many of the pool's connections share their statements; the others are free for transactions. */
const SHARED_CONNECTIONS = 4;

/**
 * `query` makes each statement a transaction of its own, sends it on the least busy of a few shared connections, and
 * runs it again when it lost to a deadlock or a serialization failure; nothing of it is left behind. A transaction
 * over `connect` has its connection to itself and is its owner's to repeat.
 */
class ServingPool extends pg.Pool {
  private readonly shared = Array.from({ length: SHARED_CONNECTIONS }, () => new SharedConnection(this));

  constructor(config: pg.PoolConfig) {
    super(config);
    // Between the pool's own listener and its user's there is a moment without any, in which a loss ends the process.
    this.on("connect", (client) => client.on("error", () => {}));
  }

  override query = (async (...statement: Parameters<pg.Pool["query"]>) => {
    const began = performance.now();
    for (;;) {
      try {
        return await this.leastBusy().query(statement);
      } catch (error) {
        if (!isRetryable(error) || performance.now() - began > RETRY_FOR_MS) throw error;
        await Bun.sleep(Math.random() * RETRY_PAUSE_MS);
      }
    }
  }) as pg.Pool["query"];

  private leastBusy(): SharedConnection {
    return this.shared.reduce((least, next) => (next.running < least.running ? next : least));
  }
}

/** The pool that requests are served from. Connects on first use. */
export function servingPool(config: PostgresConfig): pg.Pool {
  return new ServingPool({ ...connectionOptions(config), ...SERVING_LIMITS, pipeline: true });
}

/** The one connection that migrations run on, as pools go; their statements may take as long as they take. */
export function migrationPool(config: PostgresConfig): pg.Pool {
  return new pg.Pool({ ...connectionOptions(config), max: 1, connectionTimeoutMillis: 5_000 });
}

/** Runs `work` with a connection of its own. */
export async function withClient<T>(
  config: PostgresConfig,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ ...connectionOptions(config), connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end();
  }
}

/** How pg is told where the database is. */
function connectionOptions(config: PostgresConfig): pg.ClientConfig {
  return {
    host: config.host,
    port: config.port,
    database: config.database,
    user: config.user,
    ...(config.password === undefined ? {} : { password: config.password }),
    ssl: tls(config.sslmode),
    keepAlive: true,
    application_name: "account-server",
    // Prisma takes every timestamptz that it reads for UTC, whatever offset the server's TimeZone gave it.
    options: "-c TimeZone=UTC",
  };
}

/** Every mode but `disable` and `no-verify` checks the server's certificate, as pg itself does. */
function tls(sslmode: string | undefined): pg.ClientConfig["ssl"] {
  if (sslmode === undefined || sslmode === "disable") return false;
  return sslmode === "no-verify" ? { rejectUnauthorized: false } : true;
}
