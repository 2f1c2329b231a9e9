import { createApp } from "../app";
import { createIdentityHashes } from "../bans/identity-hashes";
import { systemClock } from "../clock";
import type { Config } from "../config/config";
import { LOCAL_CLIENT_ID } from "../config/google";
import { LOCAL_OPENID_CLIENT } from "../config/openid";
import { openDatabase } from "../db/database";
import { causeCode } from "../db/errors";
import type { OnAnswered } from "../http/answered-requests";
import { createProviders } from "../identity/providers";
import { openLimitStore } from "../limits/store";
import type { Log } from "../log/log";
import { countedLog } from "../metrics/counted-log";
import { measuredProviders } from "../metrics/measured-providers";
import { loadKeyRing } from "../session/keys";
import { createSigningKeys } from "../signing-keys/signing-keys";
import { createStores, createTransact } from "../stores";
import type { Tracing } from "../tracing/tracing";
import { cleanUp } from "./clean-up";
import { openDatabaseClock } from "./database-clock";
import { deliverWebhooks } from "./deliver-webhooks";
import { listenOn } from "./listen";
import { periodically } from "./periodically";
import type { Runtime } from "./runtime";
import { serve } from "./serve";
import { openServerMetrics, type ServerMetrics } from "./server-metrics";
import { withStandIns } from "./with-stand-ins";
import { isWorker } from "./workers";

export type RunningServer = {
  /** Where players reach it. */
  origin: string;
  /** Where the stand-in for Google listens, when it does. */
  localGoogle: string | null;
  /** What a worker serves by together with this process: its port, and its local Google. */
  workerConfig: Config;
  /** Null where nobody wants them. */
  metrics: ServerMetrics | null;
  /**
   * Finishes the requests that were accepted, then closes everything.
   * @throws what a closing threw, after all others were closed too
   */
  stop(): Promise<void>;
};

const EVERY_MINUTE_MS = 60_000;

/**
 * Starts the server of a configuration: keys, database, the local Google where wanted, then the port.
 * @throws {ConfigError | DatabaseStartError | ListenError}
 */
export async function startServer(
  config: Config,
  ownLog: Log,
  onProgress: (line: string) => void,
  runtime: Runtime,
): Promise<RunningServer> {
  const { host, port, workers, keepAliveSeconds, publicUrl } = config.server;
  const resources = new AsyncDisposableStack();
  try {
    const keyRing = await loadKeyRing(config.security, config.dataDir);
    const onWarning = (line: string) => ownLog.warn(line);
    const database = await openDatabase(config.database, { onProgress, onWarning });
    resources.defer(() => database.close());
    const limitStore = await openLimitStore(config.limits, database, onWarning);
    resources.defer(() => limitStore.close());
    const google = config.google.local
      ? await startStandIns(runtime, config, port === 0 ? 0 : port + 1)
      : null;
    if (google) resources.defer(() => google.stop());
    const clock = await openDatabaseClock(database.background, onWarning, runtime.monotonicNow);
    const serverMetrics = await openServerMetrics(
      config,
      { pool: database.pool, clockOffsetMs: clock.offsetMs, runtime },
      runtime,
    );
    if (serverMetrics) resources.defer(() => serverMetrics.stop());
    const metrics = serverMetrics?.metrics;
    const tracing = await openTracing(config.tracing);
    if (tracing) resources.defer(() => tracing.stop());
    const log = metrics ? countedLog(ownLog, metrics) : ownLog;
    const known = google ? withStandIns(config, google) : config;
    const providers = createProviders({ config: known, clock, fetch: globalThis.fetch });
    const ending = new AbortController();
    const cutOff = new AbortController();
    const app = createApp({
      config: known,
      database,
      limitStore,
      keyRing,
      clock,
      log,
      providers: metrics ? measuredProviders(providers, metrics) : providers,
      cutOff: cutOff.signal,
      ending: ending.signal,
      onAnswered: toldTo(metrics?.onAnswered, tracing?.onAnswered),
    });
    const sharePort = workers > 1;
    if (sharePort && port !== 0 && !isWorker)
      resources.defer(await listenOn(host, port, () => runtime.claimSharedPort(host, port)));
    const routes = serverMetrics?.answer ? { "/metrics": serverMetrics.answer } : {};
    const options = { host, port, sharePort, keepAliveSeconds, ending, cutOff, routes };
    const serving = await serve(runtime, app, options);
    const stores = createStores(database, clock, config, database.background);
    const transact = createTransact(database, clock, config);
    // What an earlier secret has encrypted is encrypted anew at the start: at the first sign-in that secret may be gone.
    await createSigningKeys(
      { signingKeys: stores.signingKeys, keyRing, clock, onWarning },
      config.security.accessTokenExpirySeconds,
    ).current();
    await createIdentityHashes({ bans: stores.bans, keyRing, clock, onWarning })();
    const stopCleaning = periodically(
      EVERY_MINUTE_MS,
      () => cleanUp({ ...stores, clock, transact }, config, metrics?.deletedRows).then(metrics?.cleanedUp),
      (error) =>
        log.warn("not everything that has expired could be deleted; trying again later", {
          cause: causeCode(error),
        }),
    );
    resources.defer(stopCleaning);
    const stopSynchronizing = periodically(
      EVERY_MINUTE_MS,
      () => clock.synchronize(),
      (error) =>
        log.warn("the database's time could not be asked; trying again later", { cause: causeCode(error) }),
    );
    resources.defer(stopSynchronizing);
    resources.defer(
      deliverWebhooks(
        { webhooks: stores.webhooks, transact, keyRing, clock, log, fetch: runtime.fetch },
        config,
      ),
    );
    resources.defer(() => serving.drain());
    return {
      origin: publicUrl ?? `http://localhost:${serving.port}`,
      localGoogle: google?.origin ?? null,
      workerConfig: { ...known, server: { ...known.server, port: serving.port } },
      metrics: serverMetrics,
      stop: () => resources.disposeAsync(),
    };
  } catch (error) {
    await resources.disposeAsync().catch(() => {});
    throw error;
  }
}

/** Loads nothing where nobody wants spans. */
async function openTracing({ endpoint, serviceName }: Config["tracing"]): Promise<Tracing | null> {
  if (endpoint === null) return null;
  const { createTracing } = await import("../tracing/tracing");
  return createTracing(endpoint, serviceName);
}

function toldTo(...wanted: (OnAnswered | undefined)[]): OnAnswered | undefined {
  const observers = wanted.filter((each) => each !== undefined);
  if (observers.length === 0) return undefined;
  return (answered) => {
    for (const observe of observers) observe(answered);
  };
}

async function startStandIns({ listen }: Runtime, config: Config, port: number) {
  const { createStandIns } = await import("../stand-ins/app");
  const { runningStandIns, STAND_IN_LISTENING } = await import("../stand-ins/running");
  const standIns = createStandIns({
    clock: systemClock,
    google: { clientId: LOCAL_CLIENT_ID, clientSecret: config.google.clientSecret },
    ...(config.steam?.local && { steam: config.steam }),
    ...(config.googlePlay && { google_play: config.googlePlay }),
    ...(config.discord && { discord: config.discord }),
    ...(config.openid.local && { openid: LOCAL_OPENID_CLIENT }),
    ...(config.apple?.local && { apple: { developer: config.apple } }),
    onOrder: () => server.closeIdleConnections(),
  });
  const { hostname } = STAND_IN_LISTENING;
  const server = await listenOn(hostname, port, () =>
    listen({ ...STAND_IN_LISTENING, port, fetch: standIns.fetch }),
  );
  return runningStandIns(standIns, server);
}
