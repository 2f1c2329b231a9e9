import type { Clock } from "../clock";
import type { Statements } from "../db/database";

/** How far this machine's clock may be off before somebody is told, in milliseconds. */
const TOLERANCE_MS = 60_000;

export type DatabaseClock = Clock & {
  /** Asks the database again, and tells when this machine's clock is off by more than a minute. */
  synchronize(): Promise<void>;
};

/**
 * The database's time, which alone decides: replicas whose own clocks are wrong agree on every token, sign-in and
 * expiry. Between two answers a monotonic clock goes on, so that setting the machine's clock moves nothing.
 */
export async function openDatabaseClock(
  statements: Statements,
  onWarning: (line: string) => void,
): Promise<DatabaseClock> {
  let offsetMs = 0;
  const synchronize = async () => {
    const asked = monotonicNow();
    const { rows } = await statements.query<{ now: Date }>("SELECT clock_timestamp() AS now");
    const answered = monotonicNow();
    const [{ now: told }] = rows as [{ now: Date }];
    const now = told.getTime() + (answered - asked) / 2;
    offsetMs = now - answered;
    const offBy = Date.now() - now;
    if (Math.abs(offBy) > TOLERANCE_MS) onWarning(warning(offBy));
  };
  await synchronize();
  return {
    now: () => new Date(monotonicNow() + offsetMs),
    monotonic: () => performance.now(),
    databaseNow: () => null,
    synchronize,
  };
}

/** Milliseconds since some moment. Tests that let the age of Google's keys pass leave this one alone. */
function monotonicNow(): number {
  return Bun.nanoseconds() / 1e6;
}

function warning(offByMs: number): string {
  const seconds = Math.round(Math.abs(offByMs) / 1_000);
  return `This machine's clock is ${seconds} s ${offByMs > 0 ? "ahead of" : "behind"} the database's, which decides; set it right (NTP)`;
}
