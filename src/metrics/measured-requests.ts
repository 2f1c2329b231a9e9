import { Elysia } from "elysia";
import type { Metrics } from "./metrics";

/** Times every request. Belongs before the routes. */
export function measuredRequests(metrics: Pick<Metrics, "request">) {
  const began = new WeakMap<Request, number>();
  return new Elysia({ name: "metrics" })
    .onRequest(({ request }) => {
      began.set(request, performance.now());
    })
    .onAfterResponse({ as: "global" }, ({ request, route, responseValue, set }) => {
      const start = began.get(request);
      if (start === undefined) return;
      const status = responseValue instanceof Response ? responseValue.status : Number(set.status ?? 200);
      metrics.request(request.method, route, status, (performance.now() - start) / 1_000);
    });
}
