import { fetchAt } from "./fetch-at";
import { forkedBy, forkWorker } from "./forked-worker";
import type { Listener, ListenOptions, Runtime } from "./runtime";

/** What is used of Deno's own API. */
declare const Deno: {
  version: { deno: string };
  serve(options: {
    hostname: string;
    port: number;
    reusePort: boolean;
    signal: AbortSignal;
    onListen(): void;
    handler(request: Request, info: { remoteAddr: { hostname: string } }): Promise<Response>;
  }): { addr: { port: number }; finished: Promise<void>; shutdown(): Promise<void> };
  listen(options: { hostname: string; port: number }): { close(): void };
  listen(options: { transport: "unix"; path: string }): { close(): void };
};

/** Deno, 2.4 or later. */
export const runtime: Runtime = {
  name: "deno",
  version: Deno.version.deno,
  listen: async (options) => listen(options),
  async claimSharedPort(host, port) {
    // Without SO_REUSEPORT the kernel refuses a port that anybody listens on.
    Deno.listen({ hostname: host, port }).close();
    return () => {};
  },
  startWorker: forkWorker,
  firstProcess: forkedBy,
  monotonicNow: () => performance.now(),
  fetch: fetchAt,
};

function listen({ hostname, port, fetch, routes = {}, reusePort = false }: ListenOptions): Listener {
  const peers = new WeakMap<Request, string>();
  const abrupt = new AbortController();
  let pendingRequests = 0;
  const server = Deno.serve({
    hostname,
    port,
    reusePort,
    signal: abrupt.signal,
    onListen() {},
    async handler(request, { remoteAddr }) {
      pendingRequests++;
      try {
        peers.set(request, remoteAddr.hostname);
        return await (routes[new URL(request.url).pathname] ?? fetch)(request);
      } finally {
        pendingRequests--;
      }
    },
  });
  return {
    port: server.addr.port,
    get pendingRequests() {
      return pendingRequests;
    },
    requestIP(request) {
      const address = peers.get(request);
      return address === undefined ? null : { address };
    },
    // Deno ends no connection because a request takes its time.
    timeout() {},
    stop(abruptly = false) {
      if (abruptly) abrupt.abort();
      return server.shutdown();
    },
    // Deno does not tell its connections apart; whoever orders a loss may see it repeated.
    closeIdleConnections() {},
  };
}
