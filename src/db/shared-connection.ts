import type { Writable } from "node:stream";
import type pg from "pg";

/**
 * A connection that statements share: each is sent at once, behind those under way (pipelining), and is a
 * transaction of its own. Checked out for the first, released after the last. When it is lost, what was sent on it
 * fails, and the next statement opens another.
 */
export class SharedConnection {
  /** Statements under way. */
  running = 0;
  private client: Promise<pg.PoolClient> | null = null;
  private letGo: (error?: Error) => void = () => {};

  /** @param checkOut takes a client with `pipeline: true` out of its pool */
  constructor(private readonly checkOut: () => Promise<pg.PoolClient>) {}

  async query(statement: Parameters<pg.Pool["query"]>): Promise<unknown> {
    this.running++;
    try {
      this.client ??= this.open();
      const client = await this.client;
      sendTogether(client);
      return await client.query(...statement);
    } finally {
      this.running--;
      if (this.running === 0) this.letGo();
    }
  }

  private async open(): Promise<pg.PoolClient> {
    try {
      const client = await this.checkOut();
      const letGo = (error?: Error) => {
        client.off("error", letGo);
        this.client = null;
        this.letGo = () => {};
        client.release(error);
      };
      client.on("error", letGo);
      this.letGo = letGo;
      return client;
    } catch (error) {
      this.client = null;
      throw error;
    }
  }
}

/** What this turn of the event loop sends on a connection leaves in one write. */
function sendTogether(client: pg.PoolClient): void {
  const { stream } = (client as unknown as { connection: { stream: Writable } }).connection;
  if (stream.writableCorked > 0) return;
  stream.cork();
  setImmediate(() => stream.uncork());
}
