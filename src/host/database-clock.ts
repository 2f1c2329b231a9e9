import { type Clock, systemClock } from "../clock";
import type { Statements } from "../db/database";

/** How far this machine's clock may be off before somebody is told, in milliseconds. */
const TOLERANCE_MS = 60_000;

/** How far this machine's clock may part from the monotonic one until the database is asked anew, in milliseconds. */
const JUMP_MS = 2_000;

/** The least time between two such questions. */
const PAUSE_MS = 1_000;

export type DatabaseClock = Clock & {
  /** Asks the database again, and tells when this machine's clock is off by more than a minute. */
  synchronize(): Promise<void>;
  /** How far this machine's clock was ahead of the database's when it was last asked, in milliseconds. */
  offsetMs(): number;
};

/**
 * The database's time, which alone decides: replicas whose own clocks are wrong agree on every token, sign-in and
 * expiry. Between two answers a monotonic clock goes on, so that setting the machine's clock moves nothing. It stands
 * still while the machine sleeps, so the database is asked at once when the machine's clock has gone another way.
 * @param monotonicNow milliseconds since some moment; tests that let the age of Google's keys pass leave it alone
 */
export async function openDatabaseClock(
  statements: Statements,
  onWarning: (line: string) => void,
  monotonicNow: () => number,
): Promise<DatabaseClock> {
  let offsetMs = 0;
  let offByMs = 0;
  let askedAt = Number.NEGATIVE_INFINITY;

  const synchronize = async () => {
    const began = monotonicNow();
    askedAt = began;
    const { rows } = await statements.query<{ now: Date }>("SELECT clock_timestamp() AS now");
    const answeredAt = monotonicNow();
    const [{ now: told }] = rows as [{ now: Date }];
    const now = told.getTime() + (answeredAt - began) / 2;
    offsetMs = now - answeredAt;
    offByMs = Date.now() - now;
    if (Math.abs(offByMs) > TOLERANCE_MS) onWarning(warning(offByMs));
  };
  await synchronize();

  return {
    ...systemClock,
    now() {
      const monotonic = monotonicNow();
      const now = monotonic + offsetMs;
      const hasJumped = Math.abs(Date.now() - now - offByMs) > JUMP_MS;
      if (hasJumped && monotonic - askedAt > PAUSE_MS) synchronize().catch(() => {});
      return new Date(now);
    },
    synchronize,
    offsetMs: () => offByMs,
  };
}

function warning(offByMs: number): string {
  const seconds = Math.round(Math.abs(offByMs) / 1_000);
  return `This machine's clock is ${seconds} s ${offByMs > 0 ? "ahead of" : "behind"} the database's, which decides; set it right (NTP)`;
}
