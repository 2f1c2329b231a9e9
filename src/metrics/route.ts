import { createHash, timingSafeEqual } from "node:crypto";
import { TEXT_TYPE } from "./metrics";

/** What a scrape gets: the figures of all processes of this server. */
export type Scrape = () => Promise<string>;

/**
 * Answers Prometheus.
 * @param token what it has to send as its Bearer token; null: nothing
 */
export function createMetricsAnswer(
  scrape: Scrape,
  token: string | null,
): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method !== "GET") return new Response(null, { status: 405, headers: { allow: "GET" } });
    if (token !== null && !isBearer(request.headers, token))
      return new Response(null, { status: 401, headers: { "www-authenticate": "Bearer" } });
    const headers = { "content-type": TEXT_TYPE, "cache-control": "no-store" };
    return new Response(await scrape(), { headers });
  };
}

function isBearer(headers: Headers, token: string): boolean {
  const [, sent = ""] = /^Bearer +(\S+)$/i.exec(headers.get("authorization") ?? "") ?? [];
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(sent), digest(token));
}
