import { defaultTextMapGetter, ROOT_CONTEXT, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import packageJson from "../../package.json";
import type { OnAnswered } from "../http/answered-requests";

export type Tracing = {
  /** Makes a span of a request: what it was, and nothing that it carried. */
  onAnswered: OnAnswered;
  /** Sends what is there. */
  stop(): Promise<void>;
};

/**
 * A span for every request, in the trace that its `traceparent` names (W3C Trace Context), sent by OTLP over HTTP in
 * batches. One that cannot be sent is dropped.
 * @param endpoint the collector's address, to which `/v1/traces` is added
 */
export function createTracing(endpoint: string, serviceName: string): Tracing {
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, "")}/v1/traces` });
  const attributes = { "service.name": serviceName, "service.version": packageJson.version };
  const provider = new TracerProvider({
    resource: defaultResource().merge(resourceFromAttributes(attributes)),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer("account-server", packageJson.version);
  const propagator = new W3CTraceContextPropagator();
  return {
    onAnswered({ request: { method, headers }, requestId, route, status, startedAt, seconds }) {
      const carried = { traceparent: headers.get("traceparent"), tracestate: headers.get("tracestate") };
      const parent = propagator.extract(ROOT_CONTEXT, carried, defaultTextMapGetter);
      const span = tracer.startSpan(
        route ? `${method} ${route}` : method,
        {
          kind: SpanKind.SERVER,
          startTime: startedAt,
          attributes: {
            "http.request.method": method,
            ...(route && { "http.route": route }),
            "http.response.status_code": status,
            "request.id": requestId,
          },
        },
        parent,
      );
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(startedAt + seconds * 1_000);
    },
    stop: () => provider.shutdown(),
  };
}
