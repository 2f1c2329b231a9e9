import type { RequestListener, ServerResponse } from "node:http";
import { PAGE_HEADERS } from "./page.ts";

/**
 * The first request for `path`; the browser waits there until it is shown a page. Any page in the player's browser can
 * send whatever it likes here, so nothing of a request is parsed but the query of exactly this path.
 */
export function createCallback(path: string) {
  let receive: (response: URLSearchParams) => void;
  const response = new Promise<URLSearchParams>((resolve) => {
    receive = resolve;
  });
  const waiting: ServerResponse[] = [];
  const listener: RequestListener = (request, reply) => {
    const [target, query = ""] = (request.url ?? "").split(/\?(.*)/s);
    if (request.method !== "GET" || target !== path) {
      reply.writeHead(404, { connection: "close" }).end();
      return;
    }
    waiting.push(reply);
    receive(new URLSearchParams(query));
  };
  const show = async (page: string) => {
    await Promise.all(waiting.splice(0).map((reply) => send(reply, page)));
  };
  return { response, listener, show };
}

/** Settles also when the browser has gone away meanwhile. */
function send(reply: ServerResponse, page: string): Promise<void> {
  return new Promise((done) => {
    if (reply.destroyed || reply.socket?.destroyed !== false) return done();
    reply.once("close", done).once("error", () => done());
    reply.writeHead(200, PAGE_HEADERS).end(page);
  });
}
