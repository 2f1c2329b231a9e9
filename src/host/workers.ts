import type { Config } from "../config/config";
import type { Log } from "../log/log";
import type { MetricsMessage } from "./fleet-metrics";
import type { LinesMessage } from "./forwarded-log";
import type { ConfigMessage } from "./handed-config";
import { restartPause } from "./restart-pause";
import type { Runtime, WorkerProcess } from "./runtime";
import type { ServerMetrics } from "./server-metrics";
import { EX_CONFIG } from "./start-failure";

/** Set in the environment of the processes that {@link startWorkers} starts. */
const WORKER_VARIABLE = "ACCOUNT_SERVER_WORKER";

export type Workers = {
  /** Sends each SIGTERM, so that it finishes the requests it accepted, and waits for all. */
  stop(): Promise<void>;
};

/** Whether this process serves beside the one that started it. */
export const isWorker = process.env[WORKER_VARIABLE] === "1";

/**
 * Starts further processes of this server on its port: each accepts connections of its own, and the kernel
 * spreads them (SO_REUSEPORT). One that dies is replaced, later each time when it does not get going; one that exits
 * with EX_CONFIG is not.
 * @param config all of them serve by it, also those that are started later
 * @param metrics asks all of them for their figures
 */
export function startWorkers(
  { startWorker }: Pick<Runtime, "startWorker">,
  count: number,
  config: Config,
  log: Log,
  metrics: Pick<ServerMetrics, "workers" | "receive"> | null = null,
): Workers {
  let stopping = false;
  const children = new Set<WorkerProcess>();
  metrics?.workers(() => [...children]);

  const start = (pausedMs: number) => {
    if (stopping) return;
    const startedAt = performance.now();
    const child = startWorker({
      env: { ...process.env, [WORKER_VARIABLE]: "1" },
      // The channel also tells a worker when the process that started it is gone.
      onMessage(received, worker) {
        const message = received as LinesMessage | MetricsMessage;
        if ("metrics" in message) return void metrics?.receive(message, worker);
        const { lines, number } = message;
        log.relay(lines);
        try {
          worker.send({ number });
        } catch {
          // It ended with its lines on the way; nobody waits for the receipt.
        }
      },
      onExit({ pid }, code) {
        children.delete(child);
        if (stopping) return;
        if (code === EX_CONFIG) {
          log.error("a worker cannot start as it is set up, and is not replaced; restart the server", {
            pid,
          });
          return;
        }
        const pauseMs = restartPause(pausedMs, performance.now() - startedAt);
        log.warn("a worker ended; starting another", { pid, pause_ms: pauseMs });
        setTimeout(start, pauseMs, pauseMs).unref();
      },
    });
    children.add(child);
    child.send({ config } satisfies ConfigMessage);
  };
  for (let number = 0; number < count; number++) start(0);

  return {
    async stop() {
      stopping = true;
      const ending = [...children];
      for (const child of ending) child.kill("SIGTERM");
      await Promise.all(ending.map(({ exited }) => exited));
    },
  };
}
