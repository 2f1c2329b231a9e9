import { setTimeout as sleep } from "node:timers/promises";
import type { App } from "../app";
import { listenOn } from "./listen";
import type { ListenOptions, Runtime } from "./runtime";

/** Bytes after which the runtime itself hangs up; the app refuses bodies far smaller than this. */
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
  routes?: NonNullable<ListenOptions["routes"]>;
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
 * Serves an app.
 * @throws {ListenError} when the port is taken, privileged or not this machine's
 */
export async function serve(
  { listen }: Pick<Runtime, "listen">,
  app: App,
  { host, port, sharePort, ending, cutOff, keepAliveSeconds, routes = {} }: ServeOptions,
): Promise<Serving> {
  const server = await listenOn(host, port, () =>
    listen({
      hostname: host,
      port,
      reusePort: sharePort,
      routes,
      fetch: app.fetch,
      maxRequestBodySize: MAXIMUM_READ_BYTES,
      idleTimeout: keepAliveSeconds,
    }),
  );
  app.server = server as unknown as App["server"];
  return {
    port: server.port,
    async drain() {
      ending.abort();
      let ended = false;
      const stopping = server.stop().then(() => {
        ended = true;
      });
      await Promise.race([stopping, sleep(HALF_SENT_LIMIT_MS)]);
      cutOff.abort();
      while (!ended && server.pendingRequests > 0) await Promise.race([stopping, sleep(POLL_MS)]);
      if (!ended) await server.stop(true);
    },
  };
}
