import type { Clock } from "../../src/clock";

/** Runs like the real clock from now on, and jumps when told to; sessions are judged by it too. */
export class TestClock implements Clock {
  private offsetMs = 0;

  now(): Date {
    return new Date(Date.now() + this.offsetMs);
  }

  databaseNow(): Date {
    return this.now();
  }

  advance(seconds: number): void {
    this.offsetMs += seconds * 1_000;
  }
}
