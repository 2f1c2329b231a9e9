import { Elysia } from "elysia";

/** A request that was answered. */
export type AnsweredRequest = {
  request: Request;
  requestId: string;
  /** The registered pattern; empty where nothing is registered. Never the path, in which a token may be. */
  route: string;
  status: number;
  /** Milliseconds since 1970. */
  startedAt: number;
  seconds: number;
};

export type OnAnswered = (answered: AnsweredRequest) => void;

/** Tells of every request once it was answered. Belongs before the routes. */
export function answeredRequests(onAnswered: OnAnswered) {
  const began = new WeakMap<Request, { startedAt: number; at: number }>();
  return new Elysia({ name: "answered requests" })
    .onRequest(({ request }) => {
      began.set(request, { startedAt: Date.now(), at: performance.now() });
    })
    .onAfterResponse({ as: "global" }, ({ request, route, responseValue, set }) => {
      const start = began.get(request);
      if (!start) return;
      onAnswered({
        request,
        requestId: String(set.headers["x-request-id"]),
        route,
        status: responseValue instanceof Response ? responseValue.status : Number(set.status ?? 200),
        startedAt: start.startedAt,
        seconds: (performance.now() - start.at) / 1_000,
      });
    });
}
