import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Fetch } from "../identity/provider";

/**
 * `fetch` as webhooks need it: to an address, with the name of who should be there in `Host` and `tls.serverName`, which
 * the certificate is checked for. Web standards cannot say that. No redirect is followed, and no body is read.
 */
export const fetchAt: Fetch = async (input, init = {}) => {
  const url = new URL(String(input));
  const { tls } = init as { tls?: { serverName?: string } };
  const open = url.protocol === "https:" ? httpsRequest : httpRequest;
  const sending = open(url, {
    method: init.method ?? "GET",
    headers: Object.fromEntries(new Headers(init.headers)),
    agent: false,
    ...(init.signal && { signal: init.signal }),
    ...(tls?.serverName && { servername: tls.serverName }),
  });
  sending.end(init.body as string | undefined);
  const [answer] = (await once(sending, "response")) as [IncomingMessage];
  answer.on("error", () => {});
  answer.destroy();
  return new Response(null, { status: answer.statusCode ?? 0 });
};
