import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { ask, bearer, playAsGuest } from "../support/client";
import { postgresAvailable } from "../support/postgres";
import { googleOf, serverFolder, spawnServer } from "../support/spawned-server";
import { databaseOf } from "../support/test-database";

setDefaultTimeout(120_000);

type Attribute = { key: string; value: { stringValue?: string; intValue?: number | string } };
type Span = { name: string; traceId: string; parentSpanId?: string; kind: number; attributes: Attribute[] };
type Received = {
  resourceSpans: { resource: { attributes: Attribute[] }; scopeSpans: { spans: Span[] }[] }[];
};

let world = new AsyncDisposableStack();
afterEach(async () => {
  await world.disposeAsync();
  world = new AsyncDisposableStack();
});

test.skipIf(!postgresAvailable())(
  "each request is a span of its trace with its route, status and id, sent to the collector before the server ends, and nothing of what it carried",
  async () => {
    const bodies: string[] = [];
    const paths: string[] = [];
    const collector = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      async fetch(request) {
        paths.push(new URL(request.url).pathname);
        bodies.push(await request.text());
        return Response.json({});
      },
    });
    world.defer(() => collector.stop(true));
    const database = await databaseOf(world);
    const env = {
      ...googleOf(world).env,
      ...database.env(),
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}`,
      OTEL_SERVICE_NAME: "accounts",
    };
    const server = await spawnServer({ folder: serverFolder(world), env });
    world.defer(() => server.kill());
    const session = await playAsGuest(server.origin);
    const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    const me = await ask(server.origin, "GET /api/me", undefined, {
      ...bearer(session),
      traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
      "x-request-id": "the-request",
    });
    expect(me.status).toBe(200);
    await ask(server.origin, "GET /nothing/secret-in-a-path");
    // A request is told of a moment after its answer.
    await Bun.sleep(500);
    expect(await server.terminate()).toBe(0);

    expect(new Set(paths)).toEqual(new Set(["/v1/traces"]));
    const resources = bodies.flatMap((body) => (JSON.parse(body) as Received).resourceSpans);
    const named = resources[0]?.resource.attributes.find(({ key }) => key === "service.name");
    expect(named?.value.stringValue).toBe("accounts");
    const spans = resources.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
    expect(spans.map(({ name }) => name)).toEqual(["POST /api/login", "GET /api/me", "GET"]);
    const [, span] = spans as [Span, Span, Span];
    expect([span.traceId, span.parentSpanId]).toEqual([traceId, "00f067aa0ba902b7"]);
    const told = Object.fromEntries(
      span.attributes.map(({ key, value }) => [key, String(value.stringValue ?? value.intValue)]),
    );
    expect(told).toEqual({
      "http.request.method": "GET",
      "http.route": "/api/me",
      "http.response.status_code": "200",
      "request.id": "the-request",
    });
    for (const secret of [session.access_token, session.refresh_token, "secret-in-a-path"])
      expect(bodies.join()).not.toContain(secret);
  },
);
