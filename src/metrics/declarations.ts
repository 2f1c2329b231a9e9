/** A figure that the server tells, declared once. What `prom-client` tells of every process comes on top. */
export type Declaration = Readonly<{
  type: "counter" | "gauge" | "histogram";
  /** What it counts, in one phrase; units included. */
  help: string;
  labels?: readonly string[];
  /** Upper bounds, in seconds. */
  buckets?: readonly number[];
  /** What one scrape makes of the figures of several processes. */
  aggregator?: "sum" | "max" | "first";
}>;

const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const PROVIDER_SECONDS = [0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Every figure of our own, in the order of the table in `docs/metrics.md`. A name is for ever. */
export const METRICS = {
  http_request_duration_seconds: {
    type: "histogram",
    help: "seconds from a request to its answer, by the registered route (never the path), method and status",
    labels: ["method", "route", "status"],
    buckets: REQUEST_SECONDS,
  },
  account_events_total: {
    type: "counter",
    help: "lines of login.log by event: logins, new players, renames, refusals, and so on",
    labels: ["event"],
  },
  account_refreshes_total: {
    type: "counter",
    help: "refreshes by what came of them: rotated, repeated, stale, replayed, proof_refused, dead",
    labels: ["outcome"],
  },
  provider_duration_seconds: {
    type: "histogram",
    help: "seconds until a provider's proof was checked, by provider and outcome: ok, refused, failed",
    labels: ["provider", "outcome"],
    buckets: PROVIDER_SECONDS,
  },
  database_connections: {
    type: "gauge",
    help: "connections to the database by state: active, idle",
    labels: ["state"],
  },
  database_waiting: { type: "gauge", help: "statements and transactions that wait for a connection" },
  clean_up_deleted_rows_total: { type: "counter", help: "rows that the clean-up has deleted" },
  clean_up_last_success_timestamp_seconds: {
    type: "gauge",
    help: "when the clean-up last got through, in seconds since 1970",
    aggregator: "max",
  },
  clock_offset_seconds: {
    type: "gauge",
    help: "how far this machine's clock is ahead of the database's, which decides",
    aggregator: "max",
  },
  webhook_failures_total: {
    type: "counter",
    help: "attempts to send a webhook that failed, by what comes of it: put_off, given_up, endpoint_disabled",
    labels: ["outcome"],
  },
  account_server_info: {
    type: "gauge",
    help: "1; its labels say what runs",
    labels: ["version", "bun", "node", "deno"],
    aggregator: "first",
  },
} as const satisfies Record<string, Declaration>;

export type MetricName = keyof typeof METRICS;
