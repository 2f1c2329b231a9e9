import { createApp } from "../app";
import { systemClock } from "../clock";
import type { Config } from "../config/config";
import { LOCAL_CLIENT_ID } from "../config/google";
import { openDatabase } from "../db/database";
import { createProviders } from "../identity/providers";
import { openLimitStore } from "../limits/store";
import type { Log } from "../log/log";
import { loadKeyRing } from "../session/keys";
import type { RunningLocalGoogle } from "../stand-ins/google/start";
import { createStores } from "../stores";
import { cleanUp } from "./clean-up";
import { listenOn } from "./listen";
import { periodically } from "./periodically";

export type RunningServer = {
  /** Where players reach it. */
  origin: string;
  /** Where the stand-in for Google listens, when it does. */
  localGoogle: string | null;
  /** The environment of a further process that serves beside this one. */
  besides: Record<string, string>;
  /** Finishes what was accepted, then lets go of everything. */
  stop(): Promise<void>;
};

/** Bytes after which Bun itself hangs up; the app refuses bodies far smaller than this. */
const MAXIMUM_READ_BYTES = 1_048_576;

const CLEAN_UP_INTERVAL_MS = 60_000;

/**
 * Starts the server of a configuration: keys, database, the local Google where wanted, then the port.
 * @throws {ConfigError | DatabaseStartError | ListenError}
 */
export async function startServer(
  config: Config,
  log: Log,
  onProgress: (line: string) => void,
): Promise<RunningServer> {
  const { host, port, workers } = config.server;
  const keyRing = await loadKeyRing(config.security, config.dataDir);
  const onWarning = (line: string) => log.warn(line);
  const database = await openDatabase(config.database, { onProgress, onWarning });
  const closers = [() => database.close()];
  const stop = async () => {
    for (const close of closers.toReversed()) await close();
  };
  try {
    const limitStore = await openLimitStore(config.limits, database, onWarning);
    closers.push(() => limitStore.close());
    const google = config.google.local ? await startStandIn(config, port === 0 ? 0 : port + 1) : null;
    if (google) closers.push(() => google.stop());
    const clock = systemClock;
    const known = google ? { ...config, google: { ...config.google, endpoints: google.urls } } : config;
    const providers = createProviders({ config: known, clock, fetch: globalThis.fetch });
    const app = createApp({ config: known, database, limitStore, keyRing, clock, log, providers });
    const server = listenOn(host, port, () =>
      Bun.serve({
        hostname: host,
        port,
        reusePort: workers > 1,
        fetch: app.fetch,
        maxRequestBodySize: MAXIMUM_READ_BYTES,
      }),
    );
    app.server = server;
    const stopCleaning = periodically(
      CLEAN_UP_INTERVAL_MS,
      () => cleanUp(createStores(database, clock, config.security)),
      () => log.warn("expired sessions could not be deleted; trying again later"),
    );
    closers.push(stopCleaning);
    closers.push(() => server.stop());
    const origin = config.server.publicUrl ?? `http://localhost:${server.port}`;
    const besides = { SERVER_PORT: String(server.port), ...(google ? sharedStandIn(config, google) : {}) };
    return { origin, localGoogle: google?.origin ?? null, besides, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startStandIn(config: Config, port: number) {
  const { startLocalGoogle } = await import("../stand-ins/google/start");
  return listenOn("127.0.0.1", port, () =>
    startLocalGoogle({
      port,
      clock: systemClock,
      clientId: LOCAL_CLIENT_ID,
      clientSecret: config.google.clientSecret,
    }),
  );
}

/** Points another process at the stand-in that runs in this one. */
function sharedStandIn({ google }: Config, { urls }: RunningLocalGoogle): Record<string, string> {
  return {
    GOOGLE_CLIENT_ID: LOCAL_CLIENT_ID,
    GOOGLE_CLIENT_SECRET: google.clientSecret,
    GOOGLE_AUTH_URL: urls.auth,
    GOOGLE_TOKEN_URL: urls.token,
    GOOGLE_TOKEN_INFO_URL: urls.tokenInfo,
    GOOGLE_USERINFO_URL: urls.userinfo,
    GOOGLE_CERTS_URL: urls.certs,
  };
}
