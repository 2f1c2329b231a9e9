import type { Settings } from "./settings";

/** Where the figures for Prometheus are served; nowhere when both are null. */
export type MetricsConfig = Readonly<{
  /** A port of their own; null: that of the API. */
  port: number | null;
  token: string | null;
}>;

export function metricsSection(settings: Settings): MetricsConfig {
  return { port: settings.METRICS_PORT ?? null, token: settings.METRICS_TOKEN ?? null };
}
