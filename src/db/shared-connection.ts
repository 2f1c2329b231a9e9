import type { Writable } from "node:stream";
import type pg from "pg";
import { isOfConnection } from "./errors";
import { PooledConnectionError } from "./pooler";

/**
 * A connection that statements share: each is sent at once, behind those under way (pipelining), and is a
 * transaction of its own. Checked out for the first, released after the last. When it is lost, what was sent on it
 * fails, and the next statement opens another.
 */
export class SharedConnection {
  /** Statements under way. */
  running = 0;
  private client: Promise<pg.PoolClient> | null = null;
  private release: (error?: Error) => void = () => {};
  private retired: Error | undefined;

  /**
   * @param pool its clients have `pipeline: true`
   * @param mayShare not behind a pooler, which gives what is still to come to somebody else when a client is lost in
   * between
   */
  constructor(
    private readonly pool: pg.Pool,
    private readonly mayShare: () => boolean,
  ) {}

  /** @throws {PooledConnectionError} before anything is sent, behind a pooler */
  async query(statement: Parameters<pg.Pool["query"]>): Promise<unknown> {
    this.running++;
    try {
      this.client ??= this.open();
      const client = await this.client;
      sendTogether(client);
      return await client.query(...statement);
    } catch (error) {
      // Before it is released.
      if (isOfConnection(error)) this.retired = error as Error;
      throw error;
    } finally {
      this.running--;
      if (this.running === 0) this.release(this.retired);
    }
  }

  /** Whether it is of no more use. What is under way finishes; then it is closed instead of going back to the pool. */
  get isRetired(): boolean {
    return this.retired !== undefined;
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
        if (!this.mayShare()) {
          this.client = null;
          client.release();
          reject(new PooledConnectionError());
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

/** What this turn of the event loop sends on a connection leaves in one write. */
function sendTogether(client: pg.PoolClient): void {
  const { stream } = (client as unknown as { connection: { stream: Writable } }).connection;
  if (stream.writableCorked > 0) return;
  stream.cork();
  setImmediate(() => stream.uncork());
}
