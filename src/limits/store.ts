import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import {
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRedis,
  RateLimiterRes,
  type RateLimiterStoreAbstract,
  RLWrapperTimeouts,
} from "rate-limiter-flexible";
import type { LimitsConfig } from "../config/config";
import type { Database } from "../db/database";
import { RATE_LIMITS } from "./rate-limits";

/** How often a key may be counted: `points` in `duration` seconds. */
export type Window = { keyPrefix: string; points: number; duration: number };

/** Adds to a key's count, atomically; `consume` rejects with RateLimiterRes above the limit. */
export type Counter = Pick<RateLimiterMemory, "consume">;

/** Where counts are kept. While a shared store fails or is slow, this process's memory counts instead. */
export type LimitStore = {
  counter(window: Window): Counter;
  close(): Promise<void>;
};

/** How long a request may wait for a shared store, in milliseconds. */
const TIMEOUT_MS = 500;

/** How long the start waits to see whether Redis is there, in milliseconds. */
const START_WAIT_MS = 1_000;

export const memoryStore: LimitStore = { counter: countInMemory, close: async () => {} };

/**
 * Counts in this process. All keys of a window share its end: with an end of its own each has a timer, which takes
 * most of a kilobyte a player.
 */
export function countInMemory(window: Window): Counter {
  let endsAt = Number.NEGATIVE_INFINITY;
  let counts: RateLimiterMemory;
  const currentWindow = () => {
    if (performance.now() >= endsAt) {
      endsAt = performance.now() + window.duration * 1_000;
      counts = new RateLimiterMemory({ ...window, duration: 0 });
    }
    return counts;
  };
  const untilItsEnd = ({ remainingPoints, consumedPoints }: RateLimiterRes) =>
    new RateLimiterRes(remainingPoints, endsAt - performance.now(), consumedPoints);
  return {
    consume: (key) =>
      currentWindow()
        .consume(key)
        .then(untilItsEnd, (refusal) => {
          throw untilItsEnd(refusal);
        }),
  };
}

/** Opens the configured store. One that cannot be reached does not stop the start. */
export async function openLimitStore(
  config: LimitsConfig,
  database: Database,
  onWarning: (line: string) => void,
): Promise<LimitStore> {
  if (!config.enabled) return memoryStore;
  switch (config.store) {
    case "memory":
      return memoryStore;
    case "postgres":
      return postgresStore(database);
    case "redis":
      return redisStore(config.url, onWarning);
  }
}

function postgresStore({ pool }: Database): LimitStore {
  return {
    counter: (window) =>
      withMemoryFallback(
        window,
        new RateLimiterPostgres({
          ...window,
          storeClient: pool,
          storeType: "pool",
          tableName: RATE_LIMITS,
          tableCreated: true,
          clearExpiredByTimeout: false,
        }),
      ),
    close: async () => {},
  };
}

async function redisStore(url: string, onWarning: (line: string) => void): Promise<LimitStore> {
  // Loaded for those who use it: it takes a fifth of the start.
  const { createClient } = await import("@redis/client");
  const client = createClient({
    url,
    disableOfflineQueue: true,
    pingInterval: 5_000,
    socket: {
      connectTimeout: START_WAIT_MS,
      socketTimeout: 10_000,
      reconnectStrategy: (attempts) => Math.min(attempts * 100, 2_000),
    },
  });
  let reachable = true;
  client.on("ready", () => {
    reachable = true;
  });
  client.on("error", () => {
    if (reachable)
      onWarning("Redis cannot be reached; each process counts its own rate limits until it can.");
    reachable = false;
  });
  client.connect().catch(() => {});
  const connected = once(client, "ready").catch(() => {});
  await Promise.race([connected, sleep(START_WAIT_MS)]);
  return {
    counter: (window) =>
      withMemoryFallback(
        window,
        new RateLimiterRedis({
          ...window,
          keyPrefix: `account-server:${window.keyPrefix}`,
          storeClient: client,
          useRedisPackage: true,
          rejectIfRedisNotReady: true,
        }),
      ),
    close: async () => client.destroy(),
  };
}

function withMemoryFallback(window: Window, shared: RateLimiterStoreAbstract): Counter {
  return new RLWrapperTimeouts({
    limiter: shared,
    timeoutMs: TIMEOUT_MS,
    insuranceLimiter: new RateLimiterMemory(window),
  });
}
