import type { Clock } from "../../../sdk/src/clock.ts";

type Timer = { at: number; run: () => void };

/** A device's clock in the hands of a test: timers fire when it is told to advance. */
export class FakeClock implements Clock {
  #monotonic = 0;
  #timers = new Map<number, Timer>();
  #ids = 0;

  constructor(public wall = Date.UTC(2030, 0, 1)) {}

  now = () => this.wall;
  monotonic = () => this.#monotonic;

  setTimeout = (run: () => void, milliseconds: number): unknown => {
    this.#timers.set(++this.#ids, { at: this.#monotonic + milliseconds, run });
    return this.#ids;
  };

  clearTimeout = (timer: unknown): void => {
    this.#timers.delete(timer as number);
  };

  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Lets time go by, with every timer on its minute and everything it causes settled. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#monotonic + milliseconds;
    await settled();
    for (let next = this.#next(end); next; next = this.#next(end)) {
      const [id, timer] = next;
      this.#timers.delete(id);
      this.#move(Math.max(timer.at, this.#monotonic));
      timer.run();
      await settled();
    }
    this.#move(end);
    await settled();
  }

  /** The device sleeps: the wall clock goes on, timers and the monotonic clock stand still. */
  sleep(milliseconds: number): void {
    this.wall += milliseconds;
  }

  /** Somebody sets the device's clock. */
  jump(milliseconds: number): void {
    this.wall += milliseconds;
  }

  #next(end: number): [number, Timer] | undefined {
    return [...this.#timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
  }

  #move(to: number): void {
    this.wall += to - this.#monotonic;
    this.#monotonic = to;
  }
}

/** Everything that is due right now has run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
}
