import { createApp } from "../app";
import { systemClock } from "../clock";
import type { Config } from "../config/config";
import { LOCAL_CLIENT_ID } from "../config/google";
import { LOCAL_OPENID_CLIENT } from "../config/openid";
import { openDatabase } from "../db/database";
import { causeCode } from "../db/errors";
import { createProviders } from "../identity/providers";
import { openLimitStore } from "../limits/store";
import type { Log } from "../log/log";
import { loadKeyRing } from "../session/keys";
import { createSigningKeys } from "../signing-keys/signing-keys";
import { createStores } from "../stores";
import { cleanUp } from "./clean-up";
import { openDatabaseClock } from "./database-clock";
import { listenOn } from "./listen";
import { periodically } from "./periodically";
import { claimSharedPort } from "./port-claim";
import { serve } from "./serve";
import { withStandIns } from "./with-stand-ins";
import { isWorker } from "./workers";

export type RunningServer = {
  /** Where players reach it. */
  origin: string;
  /** Where the stand-in for Google listens, when it does. */
  localGoogle: string | null;
  /** What a worker serves by together with this process: its port, and its local Google. */
  workerConfig: Config;
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
  log: Log,
  onProgress: (line: string) => void,
): Promise<RunningServer> {
  const { host, port, workers, keepAliveSeconds, publicUrl } = config.server;
  const resources = new AsyncDisposableStack();
  try {
    const keyRing = await loadKeyRing(config.security, config.dataDir);
    const onWarning = (line: string) => log.warn(line);
    const database = await openDatabase(config.database, { onProgress, onWarning });
    resources.defer(() => database.close());
    const limitStore = await openLimitStore(config.limits, database, onWarning);
    resources.defer(() => limitStore.close());
    const google = config.google.local ? await startStandInsOnPort(config, port === 0 ? 0 : port + 1) : null;
    if (google) resources.defer(() => google.stop());
    const clock = await openDatabaseClock(database.background, onWarning);
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
      providers,
      cutOff: cutOff.signal,
      ending: ending.signal,
    });
    const sharePort = workers > 1;
    if (sharePort && port !== 0 && !isWorker) resources.defer(claimSharedPort(host, port));
    const serving = serve(app, { host, port, sharePort, keepAliveSeconds, ending, cutOff });
    const stores = createStores(database, clock, config, database.background);
    // What an earlier secret has encrypted is encrypted anew at the start: at the first sign-in that secret may be gone.
    await createSigningKeys(
      { signingKeys: stores.signingKeys, keyRing, clock, onWarning },
      config.security.accessTokenExpirySeconds,
    ).current();
    const stopCleaning = periodically(
      EVERY_MINUTE_MS,
      () => cleanUp(stores, config),
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
    resources.defer(() => serving.drain());
    return {
      origin: publicUrl ?? `http://localhost:${serving.port}`,
      localGoogle: google?.origin ?? null,
      workerConfig: { ...known, server: { ...known.server, port: serving.port } },
      stop: () => resources.disposeAsync(),
    };
  } catch (error) {
    await resources.disposeAsync().catch(() => {});
    throw error;
  }
}

async function startStandInsOnPort(config: Config, port: number) {
  const { startStandIns } = await import("../stand-ins/start");
  return listenOn("127.0.0.1", port, () =>
    startStandIns({
      port,
      clock: systemClock,
      google: { clientId: LOCAL_CLIENT_ID, clientSecret: config.google.clientSecret },
      ...(config.steam?.local && { steam: config.steam }),
      ...(config.googlePlay && { google_play: config.googlePlay }),
      ...(config.discord && { discord: config.discord }),
      ...(config.openid.local && { openid: LOCAL_OPENID_CLIENT }),
      ...(config.apple?.local && { apple: { developer: config.apple } }),
    }),
  );
}
