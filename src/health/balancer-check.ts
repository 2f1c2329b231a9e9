/** With a slash at the end too, which the routes themselves do not take. */
const HEALTH_PATH = /^(\/health\/(?:live|ready))(\/?)$/;

/** The path of a request target, with a host in front of it or without. */
const TARGET = /^(?:https?:\/\/[^/?#]*)?(\/[^?#]*)/;

/**
 * A load balancer's check as the routes take it. Some come without a Host (HTTP/1.0; HAProxy's `option httpchk`) or
 * with one that is no host name, and some as OPTIONS, which would otherwise be a preflight and say nothing of health.
 * @param url of the request; null when its Host is missing or malformed
 * @returns null for every request that needs no such help
 */
export function asHealthCheck(request: Request, url: URL | null): Request | null {
  const { method, headers } = request;
  if (!["GET", "HEAD", "OPTIONS"].includes(method)) return null;
  const path = url?.pathname ?? TARGET.exec(request.url)?.[1] ?? "";
  const [, route, slash] = HEALTH_PATH.exec(path) ?? [];
  if (route) {
    const preflight = headers.has("access-control-request-method");
    if (url && !slash && (method !== "OPTIONS" || preflight)) return null;
    return new Request(`http://localhost${route}`, { method: method === "HEAD" ? "HEAD" : "GET", headers });
  }
  // `option httpchk` without a path: any answer but an error means that the server is there.
  const bare = !url && method === "OPTIONS" && path === "/";
  return bare ? new Request("http://localhost/", { method, headers }) : null;
}
