import type { Clock } from "../../src/clock";

/** Runs like the real clock from now on, and jumps when told to; sessions are judged by it too. */
export class TestClock implements Clock {
  private passedMs = 0;
  private offMs = 0;

  /** @param onMoved told of the new time, before anybody can ask for it */
  constructor(private readonly onMoved: (time: { passedMs: number; offMs: number }) => void = () => {}) {
    this.moved();
  }

  now(): Date {
    return new Date(Date.now() + this.passedMs + this.offMs);
  }

  monotonic(): number {
    return performance.now() + this.passedMs;
  }

  databaseNow(): Date {
    return this.now();
  }

  /** Lets time pass. */
  advance(seconds: number): void {
    this.passedMs += seconds * 1_000;
    this.moved();
  }

  /** Somebody sets the clock, while no time passes. */
  set(seconds: number): void {
    this.offMs += seconds * 1_000;
    this.moved();
  }

  private moved(): void {
    this.onMoved({ passedMs: this.passedMs, offMs: this.offMs });
  }
}
