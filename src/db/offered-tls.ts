import { connect } from "node:net";
import type pg from "pg";
import { SessionClient } from "./session-client";

/** PostgreSQL's SSLRequest: length 8, code 80877103 (its manual, 55.2.11). */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

const DEFAULT_TIMEOUT_MS = 5_000;

/**
 * A client that encrypts where the server offers it, and speaks plain text where it does not: what libpq calls
 * `sslmode=prefer`. pg itself gives up, so the server is asked first, on a connection that ends with its answer.
 */
export class OfferedTlsClient extends SessionClient {
  private readonly timeoutMs: number;

  constructor(config: pg.ClientConfig = {}) {
    super(config);
    // The question takes half of the time at most, and leaves the rest to the connection itself.
    this.timeoutMs = (config.connectionTimeoutMillis || DEFAULT_TIMEOUT_MS) / 2;
  }

  // A callback runs in the turn in which pg reads the answer, so that nobody misses a loss right after it.
  override connect = ((callback?: (error: Error) => void) => {
    if (!callback)
      return new Promise<pg.Client>((resolve, reject) => {
        this.connectAsOffered((error) => (error ? reject(error) : resolve(this)));
      });
    this.connectAsOffered(callback);
  }) as pg.Client["connect"];

  private connectAsOffered(callback: (error: Error) => void): void {
    offersTls(this.host, this.port, this.timeoutMs).then((offered) => {
      if (!offered) speakPlainText(this);
      super.connect(callback);
    }, callback);
  }
}

function offersTls(host: string, port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const settle = (settled: () => void) => {
      socket.destroy();
      settled();
    };
    socket.setTimeout(timeoutMs, () => settle(() => reject(new Error("timeout expired"))));
    socket.once("connect", () => socket.write(SSL_REQUEST));
    socket.once("data", (answer) => settle(() => resolve(answer[0] === 0x53)));
    socket.once("error", (error) => settle(() => reject(error)));
    socket.once("close", () => reject(new Error("Connection terminated unexpectedly")));
  });
}

/** pg decides by these two when it connects, and neither has another way in. */
function speakPlainText(client: pg.Client): void {
  const inner = client as unknown as { ssl: unknown; connection: { ssl: unknown } };
  inner.ssl = false;
  inner.connection.ssl = false;
}
