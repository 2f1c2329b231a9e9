import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import packageJson from "../../package.json";
import type { Database } from "../db/database";
import type { OnAnswered } from "../http/answered-requests";
import { type Declaration, METRICS, type MetricName } from "./declarations";

/** The figures of one process, in a form that crosses to another. */
export type Snapshot = object[];

export type Metrics = {
  onAnswered: OnAnswered;
  event(event: string, times?: number): void;
  refresh(
    outcome: "rotated" | "repeated" | "stale" | "replayed" | "proof_refused" | "dead",
    times?: number,
  ): void;
  provider(provider: string, outcome: "ok" | "refused" | "failed", seconds: number): void;
  webhookFailed(outcome: string): void;
  deletedRows(count: number): void;
  cleanedUp(): void;
  snapshot(): Promise<Snapshot>;
};

/** What is asked at each scrape. */
export type MetricsSources = {
  pool: Pick<Database["pool"], "totalCount" | "idleCount" | "waitingCount">;
  /** How far this machine's clock is ahead of the database's, in milliseconds. */
  clockOffsetMs(): number;
  /** What runs the server: `bun`, `node` or `deno`. */
  runtime: { name: string; version: string };
};

/** The media type of {@link render}'s text. */
export const TEXT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** Counts what this process does. */
export function createMetrics({ pool, clockOffsetMs, runtime }: MetricsSources): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const options = (name: MetricName) => {
    const { help, labels = [], aggregator = "sum" }: Declaration = METRICS[name];
    return { name, help, labelNames: [...labels], registers: [registry], aggregator };
  };
  const counter = (name: MetricName) => new Counter(options(name));
  const gauge = (name: MetricName, collect?: (this: Gauge) => void) =>
    new Gauge({ ...options(name), ...(collect ? { collect } : {}) });
  const histogram = (name: MetricName) =>
    new Histogram({ ...options(name), buckets: [...((METRICS[name] as Declaration).buckets ?? [])] });

  const requests = histogram("http_request_duration_seconds");
  const events = counter("account_events_total");
  const refreshes = counter("account_refreshes_total");
  const providers = histogram("provider_duration_seconds");
  const deleted = counter("clean_up_deleted_rows_total");
  const cleaned = gauge("clean_up_last_success_timestamp_seconds");
  const webhookFailures = counter("webhook_failures_total");
  gauge("database_connections", function () {
    this.set({ state: "idle" }, pool.idleCount);
    this.set({ state: "active" }, pool.totalCount - pool.idleCount);
  });
  gauge("database_waiting", function () {
    this.set(pool.waitingCount);
  });
  gauge("clock_offset_seconds", function () {
    this.set(clockOffsetMs() / 1_000);
  });
  gauge("account_server_info").set({ version: packageJson.version, [runtime.name]: runtime.version }, 1);

  return {
    onAnswered({ request: { method }, route, status, seconds }) {
      requests.observe({ method, route: route || "none", status }, seconds);
    },
    event: (event, times = 1) => events.inc({ event }, times),
    refresh: (outcome, times = 1) => refreshes.inc({ outcome }, times),
    provider: (provider, outcome, seconds) => providers.observe({ provider, outcome }, seconds),
    webhookFailed: (outcome) => webhookFailures.inc({ outcome }),
    deletedRows: (count) => deleted.inc(count),
    cleanedUp: () => cleaned.set(Date.now() / 1_000),
    snapshot: () => registry.getMetricsAsJSON(),
  };
}

/** What Prometheus reads, of one process or of several together (text format 0.0.4). */
export function render(snapshots: Snapshot[]): Promise<string> {
  return AggregatorRegistry.aggregate(snapshots).metrics();
}
