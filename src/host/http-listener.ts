import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Listener, ListenOptions } from "./runtime";
import { sendResponse, toRequest } from "./web-request";

/** Listens with `node:http`. */
export async function listen({
  hostname,
  port,
  fetch,
  routes = {},
  reusePort = false,
  maxRequestBodySize = Number.POSITIVE_INFINITY,
  idleTimeout = 10,
}: ListenOptions): Promise<Listener> {
  const underWay = new WeakMap<Request, IncomingMessage>();
  let pendingRequests = 0;
  let isStopping = false;

  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const request = toRequest(incoming, maxRequestBodySize);
    underWay.set(request, incoming);
    const handler = routes[(incoming.url ?? "").split("?", 1)[0] ?? ""] ?? fetch;
    const response = await handler(request);
    // Of what is half sent, or was not said to whom, nothing more is read.
    if (isStopping || !incoming.complete || !incoming.headers.host) outgoing.setHeader("connection", "close");
    await sendResponse(response, outgoing);
  };

  // A request without a Host is refused by the app, whom balancers ask without one.
  const options = { keepAliveTimeout: idleTimeout * 1_000, requireHostHeader: false };
  const server = createServer(options, (incoming, outgoing) => {
    pendingRequests++;
    incoming.socket.setTimeout(idleTimeout * 1_000);
    outgoing.on("close", () => {
      pendingRequests--;
      if (isStopping) server.closeIdleConnections();
    });
    answer(incoming, outgoing).catch(() => outgoing.destroy());
  });
  // What arrives too slowly is the app's to refuse (`src/http/body.ts`); a connection that says nothing ends here.
  server.requestTimeout = 0;
  server.timeout = idleTimeout * 1_000;
  server.listen({ host: hostname, port, reusePort });
  await once(server, "listening");

  return {
    port: (server.address() as { port: number }).port,
    get pendingRequests() {
      return pendingRequests;
    },
    requestIP(request) {
      const address = underWay.get(request)?.socket.remoteAddress;
      return address === undefined ? null : { address };
    },
    timeout: (request, seconds) => void underWay.get(request)?.socket.setTimeout(seconds * 1_000),
    stop(abruptly = false) {
      isStopping = true;
      const closed = new Promise<void>((done) => server.close(() => done()));
      if (abruptly) server.closeAllConnections();
      return closed;
    },
    closeIdleConnections: () => server.closeIdleConnections(),
  };
}
