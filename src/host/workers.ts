import type { Log } from "../log/log";
import type { LinesMessage } from "./forwarded-log";

/** Set in the environment of the processes that {@link startWorkers} starts. */
const WORKER_VARIABLE = "ACCOUNT_SERVER_WORKER";
const RESTART_PAUSE_MS = 1_000;

export type Workers = {
  /** Sends each SIGTERM, so that it finishes the requests it accepted, and waits for all. */
  stop(): Promise<void>;
};

/** Whether this process serves beside the one that started it. */
export const isWorker = process.env[WORKER_VARIABLE] === "1";

/**
 * Starts further processes of this server on its port: each accepts connections of its own, and the kernel
 * spreads them (SO_REUSEPORT). One that dies is replaced.
 * @param environment variables added to the environment that they inherit
 */
export function startWorkers(count: number, environment: Record<string, string>, log: Log): Workers {
  let stopping = false;
  const children = new Set<Bun.Subprocess>();

  const start = () => {
    if (stopping) return;
    const child = Bun.spawn([process.execPath, ...process.execArgv, Bun.main], {
      env: { ...process.env, ...environment, [WORKER_VARIABLE]: "1" },
      stdio: ["ignore", "inherit", "inherit"],
      // The channel also tells a worker when the process that started it is gone.
      ipc({ lines, number }: LinesMessage, worker) {
        log.relay(lines);
        try {
          worker.send({ number });
        } catch {
          // It ended with its lines on the way; nobody waits for the receipt.
        }
      },
      onExit() {
        children.delete(child);
        if (stopping) return;
        log.warn("a worker ended; starting another", { pid: child.pid });
        setTimeout(start, RESTART_PAUSE_MS).unref();
      },
    });
    children.add(child);
  };
  for (let number = 0; number < count; number++) start();

  return {
    async stop() {
      stopping = true;
      const ending = [...children];
      for (const child of ending) child.kill("SIGTERM");
      await Promise.all(ending.map(({ exited }) => exited));
    },
  };
}
