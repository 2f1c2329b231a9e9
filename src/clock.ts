/** Something that tells this process's time. */
export type Timepiece = { now(): Date };

/** Where the time comes from, so that tests can move it. */
export type Clock = Timepiece & {
  /** Milliseconds since some start, to tell how much time went by. Goes on evenly when the process's time is set. */
  monotonic(): number;
  /**
   * The time that everything in the database is judged by. Null means the database's own `now()`, so that replicas
   * whose clocks differ agree on every expiry and grace.
   */
  databaseNow(): Date | null;
};

/** This machine's time for tokens, the database's for rows; where there is no database to ask (`openDatabaseClock`). */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  databaseNow: () => null,
};

/** Whole seconds since the epoch (a NumericDate, RFC 7519 §2). */
export function epochSeconds(clock: Timepiece): number {
  return Math.floor(clock.now().getTime() / 1000);
}
