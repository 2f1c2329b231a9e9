import { Duplex } from "node:stream";
import type { PGlite } from "@electric-sql/pglite";

/**
 * A pg client's connection to PGlite without any socket: what the client writes is run at once, the answer is
 * what it reads.
 *
 * PGlite has one session for everybody: one namespace of prepared statements, one transaction. So at most one
 * client may be connected at a time (a pool of 1), and each new one starts by clearing what a dead predecessor
 * left behind.
 */
export class PgliteStream extends Duplex {
  constructor(private readonly pglite: PGlite) {
    super();
  }

  connect(): this {
    this.resetSession().then(
      () => this.emit("connect"),
      (error) => this.destroy(error),
    );
    return this;
  }

  private async resetSession(): Promise<void> {
    await this.pglite.exec("ROLLBACK");
    await this.pglite.exec("DISCARD ALL");
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    this.run(chunk, done);
  }

  /** pg corks the messages of one query, so a whole query arrives here as one batch. */
  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error) => void): void {
    this.run(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  private run(messages: Buffer, done: (error?: Error) => void): void {
    // In a turn of its own: a busy database must not keep the event loop from sockets and timers.
    setImmediate(() => {
      try {
        const answer = this.pglite.execProtocolRawSync(messages);
        if (answer.length > 0) this.push(answer);
        done();
      } catch (error) {
        done(error as Error);
      }
    });
  }

  override _read(): void {}

  override _final(done: () => void): void {
    this.push(null);
    done();
  }

  // The rest of what pg expects of a socket.
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}
