/** Something that tells the time. */
export type Clock = {
  now(): Date;
};

/** Whole seconds since the epoch: a NumericDate of RFC 7519. */
export function epochSeconds(clock: Clock): number {
  return Math.floor(clock.now().getTime() / 1000);
}
