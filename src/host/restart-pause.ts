const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;

/** Whoever has served this long has started well. */
const STEADY_MS = 30_000;

/**
 * How long to wait, in milliseconds, before a process that ended is started again: twice as long each time, up to half
 * a minute, while it does not get going; a second after one that did.
 * @param before how long it was waited the last time; 0 for one that was started at once
 * @param servedMs how long it ran
 */
export function restartPause(before: number, servedMs: number): number {
  if (before === 0 || servedMs >= STEADY_MS) return FIRST_MS;
  return Math.min(before * 2, LONGEST_MS);
}
