/**
 * Whether a request has more than one Host (RFC 9112 §3.2): a proxy may have gone by one, and we by the other. Bun
 * joins them with a comma, and makes the request's URL of the first.
 */
export function hasSeveralHosts(headers: Headers): boolean {
  return headers.get("host")?.includes(",") ?? false;
}
