import type { Traffic } from "./traffic";

/** Reads what a request is of its path, without the ids in it. */
function nameOf(request: Request): string {
  const { pathname } = new URL(request.url);
  return `${request.method} ${pathname.replace(/\/\d+/g, "/:id")}`;
}

/**
 * The fetch of one client: counts each request, and comes from an address of its own, as behind a balancer.
 * @param address as the balancer before ours would name it
 */
export function countedFetch(traffic: Traffic, address: string) {
  return async (input: Request | URL | string, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    request.headers.set("x-forwarded-for", address);
    const what = nameOf(request);
    const writes = request.method !== "GET";
    traffic.sent();
    try {
      const response = await fetch(request);
      // An answer counts when it has come whole.
      const body = await response.text();
      traffic.answered(what, response.status, writes, /"code":"(\w+)"/.exec(body)?.[1]);
      return new Response(response.status === 204 ? null : body, response);
    } catch (error) {
      traffic.answered(what, null, writes);
      throw error;
    }
  };
}
