import type { Writable } from "node:stream";
import type pg from "pg";
import { isOutdatedPlan, isReadOnly } from "./errors";

/**
 * A connection that statements share: each is sent at once, behind those under way (pipelining), and is a
 * transaction of its own. Checked out for the first, released after the last. When it is lost, what was sent on it
 * fails, and the next statement opens another. One that is spent ({@link isSpent}) is closed after the last, for the
 * pool would hand it out again.
 */
export class SharedConnection {
  /** Statements under way. */
  running = 0;
  private client: Promise<pg.PoolClient> | null = null;
  private release: (error?: Error) => void = () => {};
  private spent: Error | undefined;

  /** @param pool its clients have `pipeline: true` */
  constructor(private readonly pool: pg.Pool) {}

  async query(statement: Parameters<pg.Pool["query"]>): Promise<unknown> {
    this.running++;
    try {
      this.client ??= this.open();
      const client = await this.client;
      sendTogether(client);
      return await client.query(...statement);
    } catch (error) {
      if (isSpent(error)) this.spent = error as Error;
      throw error;
    } finally {
      this.running--;
      if (this.running === 0) this.release(this.spent);
    }
  }

  /** Listens from the moment the pool hands the client over: it may be lost before a promise tells of it. */
  private open(): Promise<pg.PoolClient> {
    return new Promise((resolve, reject) => {
      this.pool.connect((error, client) => {
        if (!client) {
          this.client = null;
          reject(error);
          return;
        }
        const release = (error?: Error) => {
          client.off("error", release);
          this.client = null;
          this.release = () => {};
          client.release(error);
        };
        client.on("error", release);
        this.release = release;
        resolve(client);
      });
    });
  }
}

/** Whether an error says that only another connection can do better. */
export function isSpent(error: unknown): boolean {
  return isOutdatedPlan(error) || isReadOnly(error);
}

/** What this turn of the event loop sends on a connection leaves in one write. */
function sendTogether(client: pg.PoolClient): void {
  const { stream } = (client as unknown as { connection: { stream: Writable } }).connection;
  if (stream.writableCorked > 0) return;
  stream.cork();
  setImmediate(() => stream.uncork());
}
