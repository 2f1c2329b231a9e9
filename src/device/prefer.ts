import type { HostServer } from "../http/host-server";

/** How long an answer may be waited for in one request, in seconds. */
const MAXIMUM_WAIT_SECONDS = 25;

/** How long an answer may take once it is no longer waited for. */
const ANSWER_SECONDS = 10;

/**
 * How long a client would wait for an answer that is not there yet: `Prefer: wait=25` (RFC 7240 §4.3).
 * @returns whole seconds, as many as this server waits at most; 0 without the preference
 */
export function preferredWait(headers: Headers): number {
  const seconds = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,9})"?\s*(?=[,;]|$)/i.exec(
    headers.get("prefer") ?? "",
  )?.[1];
  return Math.min(Number(seconds ?? 0), MAXIMUM_WAIT_SECONDS);
}

export type WaitingRequestParts = {
  request: Request;
  server: HostServer | null;
  set: { headers: Record<string, string | number | undefined> };
};

/**
 * Lets a request wait, for longer than a connection may be idle, and says so (RFC 7240 §3).
 * @returns {@link preferredWait}
 */
export function acceptWait({ request, server, set }: WaitingRequestParts): number {
  const seconds = preferredWait(request.headers);
  if (seconds > 0) {
    server?.timeout(request, seconds + ANSWER_SECONDS);
    set.headers["preference-applied"] = `wait=${seconds}`;
  }
  return seconds;
}
