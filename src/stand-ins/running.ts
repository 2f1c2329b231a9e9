import type { StandIns } from "./app";
import { PROVIDER_NAMES, STAND_INS, type StandInUrls } from "./stand-ins";

/** How whoever serves the stand-ins listens. */
export const STAND_IN_LISTENING = {
  hostname: "127.0.0.1",
  maxRequestBodySize: 64 * 1024,
  /** The longest that Bun knows, in seconds: an answer that was ordered to be slow must not look idle. */
  idleTimeout: 255,
} as const;

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

/** Stand-ins that a port of 127.0.0.1 serves. */
export function runningStandIns(
  standIns: StandIns,
  server: { readonly port: number; stop(abruptly: boolean): Promise<void> },
): RunningStandIns {
  const origin = `http://127.0.0.1:${server.port}`;
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
