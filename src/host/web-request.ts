import type { IncomingMessage, ServerResponse } from "node:http";

/**
 * A request of `node:http` as web standards have it.
 * @param maximumBodyBytes after which the connection ends
 */
export function toRequest(incoming: IncomingMessage, maximumBodyBytes: number): Request {
  const headers = new Headers();
  const { rawHeaders, method = "GET", url: target = "/" } = incoming;
  for (let at = 0; at < rawHeaders.length; at += 2)
    headers.append(rawHeaders[at] ?? "", rawHeaders[at + 1] ?? "");
  // Of several Hosts the first, as in Bun; the app sees that there are more.
  const url = absolute(target, headers.get("host")?.split(",", 1)[0] ?? "");
  const hasBody =
    method !== "GET" &&
    method !== "HEAD" &&
    (headers.has("transfer-encoding") || Number(headers.get("content-length") ?? 0) > 0);
  const init = {
    method,
    headers,
    ...(hasBody && { body: bodyOf(incoming, maximumBodyBytes), duplex: "half" }),
  };
  if (URL.canParse(url)) return new Request(url, init);
  // The app refuses it in its own words; a Request cannot be made with what is no URL.
  return Object.defineProperty(new Request("http://localhost/", init), "url", { value: url });
}

/**
 * `Readable.toWeb` takes the socket off a request whose rest nobody wants, and with it the player's address, and knows no
 * maximum. Here the rest is read and dropped.
 */
function bodyOf(incoming: IncomingMessage, maximumBytes: number): ReadableStream<Uint8Array> {
  let isWanted = true;
  let received = 0;
  return new ReadableStream({
    start(controller) {
      incoming.on("data", (chunk: Buffer) => {
        received += chunk.length;
        if (received > maximumBytes) incoming.destroy();
        if (!isWanted) return;
        controller.enqueue(new Uint8Array(chunk));
        if ((controller.desiredSize ?? 0) <= 0) incoming.pause();
      });
      incoming.on("end", () => isWanted && controller.close());
      incoming.on("error", (error) => isWanted && controller.error(error));
      incoming.pause();
    },
    pull: () => void incoming.resume(),
    cancel() {
      isWanted = false;
      incoming.resume();
    },
  });
}

/** As one could be in a URL. */
const HOST = /^[^\s/?#@\\]+$/;

function absolute(target: string, host: string): string {
  return HOST.test(host) && target.startsWith("/") ? `http://${host}${target}` : target;
}

/** Sends an answer whole. One whose body fails resets the connection, without a word. */
export async function sendResponse(response: Response, outgoing: ServerResponse): Promise<void> {
  let body: Uint8Array;
  try {
    body = response.body ? await response.bytes() : new Uint8Array();
  } catch {
    outgoing.socket?.resetAndDestroy();
    return;
  }
  outgoing.statusCode = response.status;
  if (response.statusText) outgoing.statusMessage = response.statusText;
  for (const [name, value] of response.headers) if (name !== "set-cookie") outgoing.setHeader(name, value);
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) outgoing.setHeader("set-cookie", cookies);
  outgoing.end(body);
}
