import type { App } from "../app";
import { listenOn } from "./listen";

/** Bytes after which Bun itself hangs up; the app refuses bodies far smaller than this. */
const MAXIMUM_READ_BYTES = 1_048_576;

/** How long a request may stay half sent once the server is told to stop, in milliseconds. */
const HALF_SENT_LIMIT_MS = 5_000;

const POLL_MS = 50;

export type ServeOptions = {
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** Whether other processes of this server listen on the port as well. */
  sharePort: boolean;
  /** Aborted when the server is told to stop. */
  ending: AbortController;
  /** Aborted when half-sent requests have had their time. */
  cutOff: AbortController;
  /** How long a connection may be idle, in seconds; also bounds how long an answer may take. */
  keepAliveSeconds: number;
  /** What is answered beside the app, by path. */
  routes?: Record<string, (request: Request) => Promise<Response>>;
};

export type Serving = {
  port: number;
  /**
   * Takes no more connections, and resolves when every request that was accepted is answered. What is half sent by
   * then is cut off after five seconds.
   */
  drain(): Promise<void>;
};

/**
 * Serves an app with Bun.
 * @throws {ListenError} when the port is taken, privileged or not this machine's
 */
export function serve(
  app: App,
  { host, port, sharePort, ending, cutOff, keepAliveSeconds, routes = {} }: ServeOptions,
): Serving {
  const server = listenOn(host, port, () =>
    Bun.serve({
      hostname: host,
      port,
      reusePort: sharePort,
      routes,
      fetch: app.fetch,
      maxRequestBodySize: MAXIMUM_READ_BYTES,
      idleTimeout: keepAliveSeconds,
    }),
  );
  app.server = server;
  return {
    port: server.port ?? port,
    async drain() {
      ending.abort();
      let ended = false;
      const stopping = server.stop().then(() => {
        ended = true;
      });
      await Promise.race([stopping, Bun.sleep(HALF_SENT_LIMIT_MS)]);
      cutOff.abort();
      while (!ended && server.pendingRequests > 0) await Promise.race([stopping, Bun.sleep(POLL_MS)]);
      if (!ended) await server.stop(true);
    },
  };
}
