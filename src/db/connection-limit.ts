import type pg from "pg";

/** The slots that PostgreSQL has for a role, a database or all together are taken. */
const TOO_MANY_CONNECTIONS = "53300";

const PAUSE_MS = 50;

/** For how long a pool makes do with the connections that it got, in milliseconds, before it asks for more. */
const HUMBLE_FOR_MS = 30_000;

type Connected = (error: Error | undefined, client: pg.PoolClient | undefined, done: () => void) => void;

/**
 * Keeps a pool within the connections that PostgreSQL lets it have: one that is refused for their number lowers the
 * pool's bound, and whoever asked for it waits for one that is there. It serves slower, and nobody is turned away.
 */
export class ConnectionLimit {
  private humbleUntil = 0;

  /**
   * @param max connections as configured
   * @param waitMs how long a connection may be waited for
   */
  constructor(
    private readonly pool: pg.Pool,
    private readonly max: number,
    private readonly waitMs: number,
  ) {}

  /** @param open asks the pool for a connection */
  connect(open: (callback: Connected) => void, callback: Connected, began = performance.now()): void {
    if (performance.now() > this.humbleUntil) this.pool.options.max = this.max;
    open((error, client, done) => {
      const refused = (error as { code?: string } | undefined)?.code === TOO_MANY_CONNECTIONS;
      if (!refused || performance.now() - began > this.waitMs) {
        callback(error, client, done);
        return;
      }
      const left = this.pool.totalCount;
      this.pool.options.max = Math.max(1, left);
      this.humbleUntil = performance.now() + HUMBLE_FOR_MS;
      const again = () => this.connect(open, callback, began);
      if (left > 0) again();
      else setTimeout(again, PAUSE_MS);
    });
  }
}
