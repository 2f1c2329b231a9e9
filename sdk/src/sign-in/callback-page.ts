import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { PAGE_HEADERS } from "./page.ts";

/**
 * The answer to one sign-in; the browser waits there until it is shown a page. Any page in the player's browser can send
 * whatever it likes here, and any name can be made to lead here: only a request that knows the sign-in's `state` and asks
 * for its very address is the answer, errors included (RFC 6749 §4.1.2.1). All others get a 404 and change nothing.
 */
export function createCallback() {
  let receive: (response: URLSearchParams) => void;
  const response = new Promise<URLSearchParams>((resolve) => {
    receive = resolve;
  });
  const waiting: ServerResponse[] = [];
  let expected: { url: URL; state: string } | undefined;

  /** The query of the answer; undefined for a stray request. */
  const answerIn = ({ method, url = "", headers }: IncomingMessage) => {
    const [target, query = ""] = url.split(/\?(.*)/s);
    if (!expected || method !== "GET" || target !== expected.url.pathname) return undefined;
    if (headers.host !== expected.url.host) return undefined;
    const answer = new URLSearchParams(query);
    return answer.get("state") === expected.state ? answer : undefined;
  };
  const listener: RequestListener = (request, reply) => {
    const answer = answerIn(request);
    if (!answer) {
      reply.writeHead(404, { connection: "close" }).end();
      return;
    }
    waiting.push(reply);
    receive(answer);
  };
  /** From here on the answer to `state` is heard at `redirectUri`. */
  const expect = (redirectUri: string, state: string) => {
    expected = { url: new URL(redirectUri), state };
  };
  const show = async (page: string) => {
    await Promise.all(waiting.splice(0).map((reply) => send(reply, page)));
  };
  return { response, listener, expect, show };
}

/** Settles also when the browser has gone away meanwhile. */
function send(reply: ServerResponse, page: string): Promise<void> {
  return new Promise((done) => {
    if (reply.destroyed || reply.socket?.destroyed !== false) return done();
    reply.once("close", done).once("error", () => done());
    reply.writeHead(200, PAGE_HEADERS).end(page);
  });
}
