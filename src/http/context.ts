import type { AddressReader } from "./address";
import type { HostServer } from "./host-server";

/** Who is asking, for the log and the limits. */
export type RequestContext = { ip: string; requestId: string; route: string };

/**
 * The parts of Elysia's context that are read here. Handlers name them one by one: when one hands its whole context
 * on, Elysia parses query and cookies and copies the headers for every request.
 */
type RequestParts = {
  request: Request;
  server: HostServer | null;
  set: { headers: Record<string, string | number | undefined> };
  /** The registered pattern and not the path, because a client may have put a token into the path. */
  route: string;
};

export type ReadContext = (parts: RequestParts) => RequestContext;

export function createContextReader(readAddress: AddressReader): ReadContext {
  return ({ request, server, set, route }) => ({
    ip: readAddress(server?.requestIP(request)?.address, request.headers),
    requestId: String(set.headers["x-request-id"]),
    route: `${request.method} ${route}`,
  });
}
