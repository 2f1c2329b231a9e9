import type { Clock } from "../clock.ts";

/** A moment by both clocks of the device, in milliseconds. */
export interface Moment {
  readonly wall: number;
  readonly monotonic: number;
}

export function momentOf(clock: Clock): Moment {
  return { wall: clock.now(), monotonic: clock.monotonic() };
}

/**
 * Milliseconds since then, by whichever clock says more: the wall clock counts sleep, the monotonic one survives a clock
 * that is set back.
 */
export function elapsedMs(clock: Clock, { wall, monotonic }: Moment): number {
  return Math.max(clock.now() - wall, clock.monotonic() - monotonic);
}

/** @throws the reason of the abort */
export function pause(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const stop = () => {
      clock.clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = clock.setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", stop);
  });
}
