import { createStandIns, type StandIns, type StandInsOptions } from "./app";
import { PROVIDER_NAMES, STAND_INS, type StandInUrls } from "./stand-ins";

const MAX_BODY_BYTES = 64 * 1024;
/** The longest that Bun knows: an answer that was ordered to be slow must not look idle. */
const IDLE_TIMEOUT_SECONDS = 255;

export type RunningStandIns = Omit<StandIns, "stop"> & {
  /** `http://127.0.0.1:<port>`. */
  origin: string;
  /** The local Google's endpoints. */
  urls: StandInUrls["google"];
  /** Each stand-in's endpoints. */
  endpoints: StandInUrls;
  /** Closes the port and every connection. */
  stop(): Promise<void>;
};

/**
 * Serves every stand-in on 127.0.0.1 and nowhere else.
 *
 * @throws the system's error (`EADDRINUSE`) when the port is taken; 0 takes any free one.
 */
export function startStandIns(options: Omit<StandInsOptions, "onOrder"> & { port: number }): RunningStandIns {
  const { port, ...rest } = options;
  const standIns = createStandIns({ ...rest, onOrder: () => server.closeIdleConnections() });
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port,
    maxRequestBodySize: MAX_BODY_BYTES,
    idleTimeout: IDLE_TIMEOUT_SECONDS,
    fetch: standIns.fetch,
  });
  const { origin } = server.url;
  const endpoints = urlsAt(origin);
  return {
    ...standIns,
    origin,
    urls: endpoints.google,
    endpoints,
    stop() {
      standIns.stop();
      return server.stop(true);
    },
  };
}

function urlsAt(origin: string): StandInUrls {
  return Object.fromEntries(
    PROVIDER_NAMES.map((name) => [name, STAND_INS[name].urls(origin)]),
  ) as StandInUrls;
}
