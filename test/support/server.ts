import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { type App, createApp } from "../../src/app";
import type { Clock } from "../../src/clock";
import { type Config, loadConfig } from "../../src/config/config";
import type { Database } from "../../src/db/database";
import type { Fetch, ProviderFactory } from "../../src/identity/provider";
import { createProviders } from "../../src/identity/providers";
import { type LimitStore, memoryStore } from "../../src/limits/store";
import { createLog } from "../../src/log/log";
import { loadKeyRing } from "../../src/session/keys";
import { type RunningLocalGoogle, startLocalGoogle } from "../../src/stand-ins/google/start";
import { startHostedServer, writeClock } from "../runtimes/hosted-server";
import { TestClock } from "./clock";
import { configOf } from "./databases";
import { TEST_RUNTIME } from "./test-runtime";

export const CLIENT_ID = "test-game.apps.googleusercontent.com";
export const CLIENT_SECRET = "test-client-secret";
export const JWT_SECRET = "6f1d2c3b4a5968778695a4b3c2d1e0f00f1e2d3c4b5a69788796a5b4c3d2e1f0";

export type TestServer = {
  /** `http://127.0.0.1:<port>` of the real app behind a real socket. */
  origin: string;
  app: App;
  config: Config;
  database: Database;
  google: RunningLocalGoogle;
  clock: TestClock;
  /** The events in login.log so far. */
  logLines(): Promise<Record<string, unknown>[]>;
  /** Writes what is pending to login.log. */
  flushLog(): Promise<void>;
  /** Lines that login.log could not take. */
  lostLogLines(): number;
  /** Everything written for people. */
  terminal(): string;
  stop(): Promise<void>;
};

export type TestServerOptions = {
  database: Database;
  /** Environment on top of the tests' own: rate limits off unless set here. */
  env?: Record<string, string>;
  /** Last word on the configuration, for what only config.yml can say. */
  adjust?: (config: Config) => Config;
  /** Where limits count, when they are on: this process's memory unless set. */
  limitStore?: LimitStore;
  /** Calls to Google, when a test wants to stand in between. */
  fetch?: Fetch;
  /** Ways in beside the server's own. */
  providers?: ProviderFactory[];
  /** Instead of the server's `clock`, which then moves nothing. */
  clock?: Clock;
};

/** The real app over a real database and the local Google, on ports of its own. The database stays open. */
export async function startTestServer(options: TestServerOptions): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), "account-server-test-"));
  const testClock = new TestClock(TEST_RUNTIME ? (time) => writeClock(folder, time) : undefined);
  const clock = options.clock ?? testClock;
  const google = startLocalGoogle({
    port: 0,
    clock: testClock,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
  });
  const config = withGoogle(
    loadConfig({
      cwd: folder,
      env: {
        JWT_SECRET,
        GOOGLE_CLIENT_ID: CLIENT_ID,
        GOOGLE_CLIENT_SECRET: CLIENT_SECRET,
        RATE_LIMIT: "off",
        LOG_LEVEL: "debug",
        ...options.env,
      },
    }),
    google,
  );
  const adjusted = options.adjust?.(config) ?? config;
  const shared = { config: adjusted, database: options.database, google, clock: testClock };
  if (TEST_RUNTIME) return startInOtherRuntime(TEST_RUNTIME, options, shared, folder);
  let terminal = "";
  const log = createLog(
    adjusted,
    new Writable({
      write(chunk, _encoding, done) {
        terminal += chunk;
        done();
      },
    }),
  );
  const app = createApp({
    config: adjusted,
    database: options.database,
    limitStore: options.limitStore ?? memoryStore,
    keyRing: await loadKeyRing(adjusted.security, adjusted.dataDir),
    clock,
    log,
    providers: createProviders({ config: adjusted, clock, fetch: options.fetch ?? fetch }, options.providers),
  });
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: app.fetch });
  app.server = server;
  return {
    origin: `http://127.0.0.1:${server.port}`,
    app,
    ...shared,
    async logLines() {
      await log.flush();
      return readLog(adjusted);
    },
    flushLog: () => log.flush(),
    lostLogLines: () => log.lostLines,
    terminal: () => terminal,
    async stop() {
      await server.stop(true);
      await google.stop();
      await log.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The same in a process of another runtime. Only what can be said to one may be asked for. */
async function startInOtherRuntime(
  { name, program }: NonNullable<typeof TEST_RUNTIME>,
  options: TestServerOptions,
  shared: Pick<TestServer, "config" | "database" | "google" | "clock">,
  folder: string,
): Promise<TestServer> {
  const { limitStore, fetch: ownFetch, providers, clock } = options;
  const database = configOf(options.database);
  if (limitStore || ownFetch || providers || clock || !database)
    throw new Error("The test brings something that no other process can have.");
  const hosted = await startHostedServer(name, program, { ...shared.config, database }, folder);
  return {
    ...shared,
    origin: `http://127.0.0.1:${hosted.port}`,
    get app(): App {
      throw new Error("The app is in another process.");
    },
    async logLines() {
      await hosted.flushLog();
      return readLog(shared.config);
    },
    flushLog: hosted.flushLog,
    lostLogLines: hosted.lostLogLines,
    terminal: hosted.terminal,
    async stop() {
      await hosted.stop();
      await shared.google.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function readLog({ logDir }: Config): Record<string, unknown>[] {
  const file = join(logDir, "login.log");
  const lines = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  return lines.filter(Boolean).map((line) => JSON.parse(line));
}

function withGoogle(config: Config, google: RunningLocalGoogle): Config {
  return { ...config, google: { ...config.google, endpoints: google.urls } };
}
