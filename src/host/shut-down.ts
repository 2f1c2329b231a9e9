import { causeCode } from "../db/errors";
import type { Log } from "../log/log";

const DRAIN_LIMIT_MS = 60_000;

const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

export type ShutDown = (reason: string) => Promise<void>;

/**
 * Ends this process on a signal: finishes what was accepted, closes everything, and exits with 0; with 1 when something
 * could not be closed, or not in a minute.
 * @param parts what stops, all at once
 * @returns does the same for another reason
 */
export function shutDownOnSignal(log: Log, parts: { stop(): Promise<void> }[]): ShutDown {
  let stopping = false;
  const shutDown: ShutDown = async (reason) => {
    if (stopping) return;
    stopping = true;
    log.info(`${reason}: finishing what was accepted`);
    setTimeout(() => process.exit(1), DRAIN_LIMIT_MS).unref();
    const outcomes = await Promise.allSettled(parts.map((part) => part.stop()));
    const failed = outcomes.filter((outcome) => outcome.status === "rejected");
    for (const { reason: error } of failed) log.error("closing failed", { cause: causeCode(error) });
    await log.close();
    process.exit(failed.length > 0 ? 1 : 0);
  };
  for (const signal of SIGNALS) process.on(signal, shutDown);
  return shutDown;
}
