/** Where the SDK takes its time from; tests put their own here. */
export interface Clock {
  /** Wall clock, in milliseconds. Goes on while the device sleeps; may jump. */
  now(): number;
  /** Milliseconds since some start. Never jumps; may stand still while the device sleeps. */
  monotonic(): number;
  setTimeout(run: () => void, milliseconds: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** The device's clock. Its timers do not keep a process alive. */
export const systemClock: Clock = {
  now: Date.now,
  monotonic: () => performance.now(),
  setTimeout(run, milliseconds) {
    const timer: unknown = setTimeout(run, milliseconds);
    (timer as { unref?(): void }).unref?.();
    return timer;
  },
  clearTimeout: (timer) => clearTimeout(timer as number),
};
