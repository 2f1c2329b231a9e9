import type { Config } from "../config/config";
import type { Metrics, MetricsSources, Snapshot } from "../metrics/metrics";
import { type Channel, createMetricsChannel, isMetricsMessage } from "./fleet-metrics";
import { listenOn } from "./listen";
import type { Runtime } from "./runtime";
import { isWorker } from "./workers";

/** The figures of a server, of all its processes. */
export type ServerMetrics = {
  /** Of this process. */
  metrics: Metrics;
  /** Answers a scrape at the port of the API; null where that is not wanted. */
  answer: ((request: Request) => Promise<Response>) | null;
  /** Says which workers there are, for the first process to ask. */
  workers(channels: () => Channel[]): void;
  /** Takes a message from another process of this server. @returns whether it was one of ours */
  receive(message: unknown, from: Channel): boolean;
  stop(): Promise<void>;
};

/**
 * Begins to count, and serves the figures where a port is set.
 * @returns null where nobody wants them; then nothing of them is loaded
 * @throws {ListenError} when the port is taken
 */
export async function openServerMetrics(
  { metrics: { port, token }, server: { host } }: Pick<Config, "metrics" | "server">,
  sources: MetricsSources,
  { listen, firstProcess }: Pick<Runtime, "listen" | "firstProcess">,
): Promise<ServerMetrics | null> {
  if (port === null && token === null) return null;
  const { createMetrics, render } = await import("../metrics/metrics");
  const { createMetricsAnswer } = await import("../metrics/route");
  const metrics = createMetrics(sources);
  let channels: () => Channel[] = () => [];
  const channel = createMetricsChannel((ask) => collect(ask));
  const collect = async (ask: "snapshot" | "all"): Promise<Snapshot[]> => {
    const others = ask === "all" ? channels().map((worker) => channel.ask(worker, "snapshot")) : [];
    return [await metrics.snapshot(), ...(await Promise.all(others)).flat()];
  };
  const everybody = async () => {
    const snapshots = isWorker ? await channel.ask(firstProcess as Channel, "all") : await collect("all");
    return render(snapshots.length > 0 ? snapshots : [await metrics.snapshot()]);
  };
  const answer = createMetricsAnswer(everybody, token);
  const server =
    port === null || isWorker
      ? null
      : await listenOn(host, port, () =>
          listen({
            hostname: host,
            port,
            routes: { "/metrics": answer },
            fetch: () => new Response(null, { status: 404 }),
          }),
        );
  return {
    metrics,
    answer: port === null ? answer : null,
    workers(those) {
      channels = those;
    },
    receive(message, from) {
      if (!isMetricsMessage(message)) return false;
      channel.receive(message, from);
      return true;
    },
    async stop() {
      await server?.stop();
    },
  };
}
