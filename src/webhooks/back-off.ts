const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** How long is waited after each failed attempt, in seconds (Standard Webhooks, "Deliverability"): 75 hours in all. */
export const RETRY_DELAYS_SECONDS: readonly number[] = [
  5,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];

/** So that what failed at once is not tried again at once. */
const JITTER = 0.1;

/**
 * @param failures attempts that have failed, this one included
 * @param random from 0 to 1
 * @returns seconds to wait for the next attempt; null when there is none
 */
export function retryDelaySeconds(failures: number, random: number): number | null {
  const delay = RETRY_DELAYS_SECONDS[failures - 1];
  return delay === undefined ? null : delay * (1 + JITTER * random);
}
