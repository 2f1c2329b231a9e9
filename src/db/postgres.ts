import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { DatabaseConfig } from "../config/config";
import { effectiveSslMode, type SslMode } from "../config/tls";
import { ConnectionLimit } from "./connection-limit";
import {
  isLockTimeout,
  isOfConnection,
  isOutdatedPlan,
  isParameterRefused,
  isRetryable,
  isStatementLost,
} from "./errors";
import { OfferedTlsClient } from "./offered-tls";
import { isPooled, PooledConnectionError } from "./pooler";
import { SessionClient } from "./session-client";
import { SharedConnection } from "./shared-connection";
import { statementName } from "./statement-name";
import { inTransaction } from "./transaction";

export type PostgresConfig = Extract<DatabaseConfig, { kind: "postgres" }>;

/**
 * Bounds in milliseconds, so that a slow or vanished database becomes a 503 and never a hanging request: the wait
 * for a connection, a statement as the server counts, and as we count should the server's answer never come. A
 * request runs two statements or so, and two that all but use up their bounds must fit into ten seconds.
 */
const SERVING_LIMITS: pg.PoolConfig = {
  statement_timeout: 2_500,
  lock_timeout: 25,
  query_timeout: 3_000,
  idle_in_transaction_session_timeout: 10_000,
};

/**
 * How often a statement comes back for something locked while it finds no connection of its own, and the pause before
 * each, in milliseconds: a migration locks a table for a moment, and everybody meets it.
 */
const LOCKED_TRIES = 4;
const LOCKED_PAUSE_MS = 100;

/** How long a connection may take to come about, unless the configuration says: for a request, and for anything else. */
const SERVING_CONNECT_MS = 2_000;
const CONNECT_MS = 5_000;

/** How long a statement is run again and again, in milliseconds, and the longest pause before each. */
const RETRY_FOR_MS = 2_000;
const RETRY_PAUSE_MS = 30;

/** How many connections share their statements, up to half of the pool; the others are free for transactions. */
const SHARED_CONNECTIONS = 4;

const NO_LIMITS =
  "The pooler before PostgreSQL takes no statement_timeout and lock_timeout; set them on the role: " +
  "ALTER ROLE … SET statement_timeout = '2500ms'; ALTER ROLE … SET lock_timeout = '25ms'.";
const NOTHING_PREPARED =
  "The pooler before PostgreSQL keeps no prepared statements; each is planned anew, which costs PostgreSQL more.";

/**
 * `query` makes each statement a transaction of its own, sends it on the least busy of a few shared connections, and
 * runs it again when it lost to a deadlock or a serialization failure; nothing of it is left behind. One that meets a
 * locked row gets a connection of its own to wait on. A connection to a database that has become read-only, or whose
 * statements a migration has outdated, is replaced. A transaction over `connect` has its connection to itself and is
 * its owner's to repeat.
 *
 * Behind a pooler (PgBouncer) it does without what the pooler does not do, once that is seen. There each statement has a
 * connection to itself: a pooler may hand a connection of PostgreSQL's to somebody else while answers are still to come on
 * it, when the one who asked is gone in the middle of several statements.
 */
export class ServingPool extends pg.Pool {
  private readonly shared = Array.from({ length: SHARED_CONNECTIONS }, () => this.newShared());
  private readonly limit: ConnectionLimit;
  private prepares = true;
  /** Until one of its connections turns out to be a pooler's. */
  private pipelines = true;
  /** Statements that have a connection to themselves, or are about to; the shared ones must find one as well. */
  private waiting = 0;
  private readonly maximumWaiting: number;

  constructor(
    config: pg.PoolConfig & { max: number; connectionTimeoutMillis: number },
    private readonly onWarning: (line: string) => void,
  ) {
    super({
      ...config,
      // Not `verify`: whoever has given up waiting by its end would never release the client.
      onConnect: async (client) => {
        if (await isPooled(client)) this.pipelines = false;
      },
    });
    this.maximumWaiting = Math.max(1, Math.floor(config.max / 2));
    this.limit = new ConnectionLimit(this, config.max, config.connectionTimeoutMillis);
    // Between the pool's own listener and its user's there is a moment without any, in which a loss ends the process.
    this.on("connect", (client) => client.on("error", () => {}));
  }

  override connect = ((callback?: Parameters<ConnectionLimit["connect"]>[1]) => {
    const open: Parameters<ConnectionLimit["connect"]>[0] = (connected) => {
      const limited = Boolean(this.options.statement_timeout);
      super.connect((error, client, done) => {
        if (!limited || !isParameterRefused(error)) return connected(error, client, done);
        if (this.options.statement_timeout) this.onWarning(NO_LIMITS);
        Object.assign(this.options, {
          statement_timeout: 0,
          lock_timeout: 0,
          idle_in_transaction_session_timeout: 0,
        });
        super.connect(connected);
      });
    };
    if (callback) return this.limit.connect(open, callback);
    return new Promise<pg.PoolClient>((resolve, reject) => {
      this.limit.connect(open, (error, client) => (client ? resolve(client) : reject(error)));
    });
  }) as pg.Pool["connect"];

  override query = (async (...statement: Parameters<pg.Pool["query"]>) => {
    const began = performance.now();
    let alone = false;
    let locked = 0;
    for (let outdated = 0; ; ) {
      const connection = this.leastBusy();
      const { prepares } = this;
      try {
        if (alone) return await this.queryAlone(...statement);
        const sent = this.asSent(statement);
        return await (this.pipelines ? connection.query(sent) : this.queryApart(sent));
      } catch (error) {
        if (error instanceof PooledConnectionError) continue;
        if (!alone && isLockTimeout(error) && ++locked <= LOCKED_TRIES) {
          alone = this.waiting < this.maximumWaiting;
          if (!alone) await sleep(LOCKED_PAUSE_MS * (0.5 + Math.random()));
          continue;
        }
        if (prepares && isStatementLost(error)) {
          if (this.prepares) this.onWarning(NOTHING_PREPARED);
          this.prepares = false;
          continue;
        }
        const isOutdated = isOutdatedPlan(error);
        if (connection.isRetired) this.replace(connection);
        // Each connection of the pool may have been a shared one before.
        if (isOutdated && ++outdated <= this.options.max) continue;
        await beforeRetry(error, began);
      }
    }
  }) as pg.Pool["query"];

  /** Runs a statement that nobody waits for on a connection of its own, again when it lost as one of `query` does. */
  readonly queryInBackground = (async (...statement: Parameters<pg.Pool["query"]>) => {
    for (const began = performance.now(); ; ) {
      try {
        return await this.queryAlone(...statement);
      } catch (error) {
        await beforeRetry(error, began);
      }
    }
  }) as pg.Pool["query"];

  /** Runs a statement on a connection that it has to itself. */
  private readonly queryAlone = (async (...statement: Parameters<pg.Pool["query"]>) => {
    this.waiting++;
    try {
      return await inTransaction(this, ({ query }) => query(...statement) as unknown as Promise<unknown>);
    } finally {
      this.waiting--;
    }
  }) as pg.Pool["query"];

  /** Sends a statement when nothing else is under way on its connection. */
  private async queryApart(statement: Parameters<pg.Pool["query"]>): Promise<unknown> {
    const client = await this.connect();
    let lost: Error | undefined;
    try {
      return await client.query(...statement);
    } catch (error) {
      if (!(error instanceof pg.DatabaseError) || isOfConnection(error)) lost = error as Error;
      throw error;
    } finally {
      client.release(lost);
    }
  }

  private newShared(): SharedConnection {
    return new SharedConnection(this, () => this.pipelines);
  }

  private asSent(statement: Parameters<pg.Pool["query"]>): Parameters<pg.Pool["query"]> {
    const [config, ...rest] = statement as unknown as [string | pg.QueryConfig, ...unknown[]];
    if (typeof config === "string" || config.name === undefined) return statement;
    const name = this.prepares ? statementName(config.name, config.text) : undefined;
    return [{ ...config, name }, ...rest] as unknown as typeof statement;
  }

  private replace(connection: SharedConnection): void {
    const at = this.shared.indexOf(connection);
    if (at >= 0) this.shared[at] = this.newShared();
  }

  private leastBusy(): SharedConnection {
    const count = Math.max(1, Math.min(SHARED_CONNECTIONS, Math.floor(this.options.max / 2)));
    return this.shared.reduce((least, next, index) =>
      index < count && next.running < least.running ? next : least,
    );
  }
}

/** Waits a moment. @throws the error itself, when running the statement again would not help or has been tried for long */
async function beforeRetry(error: unknown, began: number): Promise<void> {
  if (!isRetryable(error) || performance.now() - began > RETRY_FOR_MS) throw error;
  await sleep(Math.random() * RETRY_PAUSE_MS);
}

/**
 * The pool that requests are served from. Connects on first use.
 * @param onWarning told, once each, of what a pooler in front of PostgreSQL does not do
 */
export function servingPool(config: PostgresConfig, onWarning: (line: string) => void = () => {}): pg.Pool {
  const options = {
    ...SERVING_LIMITS,
    ...connectionOptions(config, SERVING_CONNECT_MS),
    max: config.poolSize,
    pipeline: true,
  };
  return new ServingPool(options, onWarning);
}

/** The one connection that migrations run on, as pools go; their statements may take as long as they take. */
export function migrationPool(config: PostgresConfig): pg.Pool {
  return new pg.Pool({ ...connectionOptions(config, CONNECT_MS), max: 1 });
}

/** Runs `work` with a connection of its own. */
export async function withClient<T>(
  config: PostgresConfig,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const options = connectionOptions(config, CONNECT_MS);
  const client = new options.Client(options);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end();
  }
}

/** How pg is told where the database is. */
function connectionOptions(config: PostgresConfig, connectMs: number) {
  const { applicationName, connectTimeoutSeconds } = config;
  const mode = effectiveSslMode(config.host, config.sslmode);
  return {
    host: config.host,
    port: config.port,
    database: config.database,
    user: config.user,
    ...(config.password === undefined ? {} : { password: config.password }),
    ssl: tls(mode, config),
    Client: clientOf(mode),
    connectionTimeoutMillis: connectTimeoutSeconds ? connectTimeoutSeconds * 1_000 : connectMs,
    keepAlive: true,
    application_name: applicationName ?? "account-server",
    ...sessionOptions(config),
  };
}

/** Left out where there are none: a pooler refuses the parameter. */
function sessionOptions({ options, schema }: PostgresConfig): { options?: string } {
  // A space or a backslash would begin something new.
  const path = schema && `-c search_path=${pg.escapeIdentifier(schema).replace(/[\\\s]/g, "\\$&")}`;
  const all = [options, path].filter(Boolean).join(" ");
  return all ? { options: all } : {};
}

function clientOf(mode: SslMode): typeof pg.Client {
  return mode === "allow" || mode === "prefer" ? OfferedTlsClient : SessionClient;
}

/** What Node calls that which libpq's `sslmode` means (PostgreSQL's manual, 34.19). */
function tls(mode: SslMode, { ca, cert, key }: PostgresConfig): pg.ClientConfig["ssl"] {
  if (mode === "disable") return false;
  const files = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert, key }),
  };
  if (mode === "verify-full") return files;
  // With an authority at hand `require` checks the certificate, as `verify-ca` does: but not whose name is on it.
  const checked = ca !== undefined && (mode === "require" || mode === "verify-ca");
  return checked
    ? { ...files, checkServerIdentity: () => undefined }
    : { ...files, rejectUnauthorized: false };
}
