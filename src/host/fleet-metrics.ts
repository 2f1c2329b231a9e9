import type { Snapshot } from "../metrics/metrics";

/** Between the processes of one server. The first one asks each worker; a worker that is scraped asks the first one. */
export type MetricsMessage = {
  metrics: { ask: "snapshot" | "all"; id: number } | { id: number; snapshots: Snapshot[] };
};

/** One end of a channel to another process. */
export type Channel = { send(message: MetricsMessage): unknown };

/** A process that does not answer in time is left out, in milliseconds. */
const ANSWER_MS = 1_000;

export function isMetricsMessage(message: unknown): message is MetricsMessage {
  return typeof message === "object" && message !== null && "metrics" in message;
}

/** Questions to another process for its figures, and the answers to its own. */
export function createMetricsChannel(answer: (ask: "snapshot" | "all") => Promise<Snapshot[]>) {
  const waiting = new Map<number, (snapshots: Snapshot[]) => void>();
  let lastId = 0;
  return {
    /** @returns nothing when no answer comes in time */
    ask(channel: Channel, ask: "snapshot" | "all"): Promise<Snapshot[]> {
      const id = ++lastId;
      return new Promise((resolve) => {
        const done = (snapshots: Snapshot[]) => {
          clearTimeout(timer);
          waiting.delete(id);
          resolve(snapshots);
        };
        const timer = setTimeout(done, ANSWER_MS, []);
        waiting.set(id, done);
        try {
          channel.send({ metrics: { ask, id } });
        } catch {
          done([]);
        }
      });
    },
    async receive({ metrics }: MetricsMessage, from: Channel): Promise<void> {
      if ("snapshots" in metrics) return waiting.get(metrics.id)?.(metrics.snapshots);
      const snapshots = await answer(metrics.ask);
      try {
        from.send({ metrics: { id: metrics.id, snapshots } });
      } catch {
        // It ended meanwhile; nobody waits.
      }
    },
  };
}
