import { setTimeout as sleep } from "node:timers/promises";
import { sha256 } from "../sha256";
import type { DeviceStore } from "./store";

/** How often the database is asked, in milliseconds: once for all who wait. */
const LOOK_EVERY_MS = 500;

/** How many requests of this process may wait; whoever comes after them asks again as without waiting. */
const MAXIMUM_WAITING = 1_000;

export type Waiting = {
  /** Waits until the player has answered. @returns false when the time is over before, or nobody may wait any more */
  untilDecided(deviceCode: string, seconds: number): Promise<boolean>;
};

/**
 * Requests that wait for a player's answer, which may reach another process. They hold no connection to the database.
 * @param ending once aborted, nobody waits any longer
 */
export function createWaiting(devices: Pick<DeviceStore, "decidedAmong">, ending?: AbortSignal): Waiting {
  const waiting = new Map<symbol, { hash: Buffer; end(isDecided: boolean): void }>();
  let isLooking = false;
  ending?.addEventListener("abort", () => {
    for (const { end } of waiting.values()) end(false);
  });

  const look = async () => {
    const hashes = [...waiting.values()].map(({ hash }) => hash);
    // Whoever waits asks once more at the end, and hears then that the database is gone.
    const decided = await devices.decidedAmong(hashes).catch(() => []);
    const isDecided = new Set(decided.map((hash) => hash.toString("hex")));
    for (const { hash, end } of waiting.values()) if (isDecided.has(hash.toString("hex"))) end(true);
  };
  const lookWhileSomebodyWaits = async () => {
    if (isLooking) return;
    isLooking = true;
    while (waiting.size > 0) {
      await look();
      if (waiting.size > 0) await sleep(LOOK_EVERY_MS);
    }
    isLooking = false;
  };

  return {
    async untilDecided(deviceCode, seconds) {
      if (waiting.size >= MAXIMUM_WAITING || ending?.aborted) return false;
      const self = Symbol();
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const timer = setTimeout(resolve, seconds * 1_000, false);
      waiting.set(self, { hash: sha256(deviceCode), end: resolve });
      lookWhileSomebodyWaits();
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
        waiting.delete(self);
      }
    },
  };
}
