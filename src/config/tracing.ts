import type { Settings } from "./settings";

/** Where spans are sent; nowhere unless there is an endpoint. */
export type TracingConfig = Readonly<{ endpoint: string | null; serviceName: string }>;

export function tracingSection(settings: Settings): TracingConfig {
  return {
    endpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT ?? null,
    serviceName: settings.OTEL_SERVICE_NAME,
  };
}
