import type { Socket } from "bun";

/** One request, ready to be sent, and what to make of its answer. */
export type Exchange = {
  bytes: string;
  /** The status that counts as served. */
  expect: number;
  /** Reads what the next request needs. */
  onAnswer?: (head: string, body: string) => void;
};

export type Sample = { milliseconds: number; ok: boolean };

/**
 * One keep-alive connection in a closed loop: the next request leaves when the answer is complete. As lean as
 * HTTP/1.1 with `content-length` allows, so that the client takes little of the machine.
 */
export class Connection {
  private socket: Socket | null = null;
  private pending: Buffer | null = null;
  private current: Exchange | null = null;
  private sentAt = 0;
  private finished: (() => void) | null = null;

  /** @param next the next exchange, or null when the run is over */
  constructor(
    private readonly port: number,
    private readonly next: () => Exchange | null,
    private readonly onSample: (sample: Sample, failure: string | null) => void,
  ) {}

  async open(): Promise<void> {
    this.socket = await Bun.connect({
      hostname: "127.0.0.1",
      port: this.port,
      socket: {
        data: (_, chunk) => this.receive(chunk),
        close: () => this.lost(),
        error: () => this.lost(),
      },
    });
    this.socket.setNoDelay(true);
  }

  /** Sends and receives until there is nothing more to send. */
  run(): Promise<void> {
    return new Promise((resolve) => {
      this.finished = resolve;
      this.send();
    });
  }

  close(): void {
    this.finished = null;
    this.socket?.end();
  }

  private send(): void {
    this.current = this.next();
    if (!this.current) {
      this.finished?.();
      return;
    }
    this.sentAt = performance.now();
    this.socket?.write(this.current.bytes);
  }

  private receive(chunk: Buffer): void {
    const answer = this.pending ? Buffer.concat([this.pending, chunk]) : chunk;
    const headEnd = answer.indexOf("\r\n\r\n");
    if (headEnd < 0) {
      this.wait(answer, chunk);
      return;
    }
    const head = answer.toString("latin1", 0, headEnd);
    const length = /content-length: (\d+)/i.exec(head);
    const bodyStart = headEnd + 4;
    if (answer.length < bodyStart + Number(length?.[1] ?? 0)) {
      this.wait(answer, chunk);
      return;
    }
    this.pending = null;
    const exchange = this.current as Exchange;
    const ok = Number(head.slice(9, 12)) === exchange.expect;
    this.onSample({ milliseconds: performance.now() - this.sentAt, ok }, ok ? null : answer.toString());
    if (ok) exchange.onAnswer?.(head, answer.toString("utf8", bodyStart));
    this.send();
  }

  private wait(answer: Buffer, chunk: Buffer): void {
    this.pending = answer === chunk ? Buffer.from(chunk) : answer;
  }

  private lost(): void {
    if (!this.finished) return;
    this.onSample({ milliseconds: performance.now() - this.sentAt, ok: false }, "connection lost");
    this.finished();
  }
}
