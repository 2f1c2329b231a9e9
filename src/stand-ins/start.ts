import { listen } from "../host/bun";
import { createStandIns, type StandInsOptions } from "./app";
import { type RunningStandIns, runningStandIns, STAND_IN_LISTENING } from "./running";

export type { RunningStandIns } from "./running";

/**
 * Serves every stand-in on 127.0.0.1 and nowhere else, for tests and measurements: at once, with Bun.
 *
 * @throws the system's error (`EADDRINUSE`) when the port is taken; 0 takes any free one.
 */
export function startStandIns(options: Omit<StandInsOptions, "onOrder"> & { port: number }): RunningStandIns {
  const { port, ...rest } = options;
  const standIns = createStandIns({ ...rest, onOrder: () => server.closeIdleConnections() });
  const server = listen({ ...STAND_IN_LISTENING, port, fetch: standIns.fetch });
  return runningStandIns(standIns, server);
}
