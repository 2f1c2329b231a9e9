/** Whether the player in `u` is banned at this moment, where `CLOCK` is: a ban that has run out is none. */
export const isBanned = (u: string) =>
  `(${u}.banned_at IS NOT NULL AND (${u}.banned_until IS NULL OR ${u}.banned_until > clock.now))`;

/** Whether the player in `u` may play. */
export const isAllowed = (u: string) => `NOT ${isBanned(u)}`;

/** A ban, as whoever is banned is told of it. */
export type Ban = {
  /** Null in a ban from before there were reasons. */
  reason: string | null;
  /** When it is over by itself; null: never. */
  until: Date | null;
};

/** The members of the answer to whoever is banned: `reason` where there is one, and `until`, null for good. */
export function banFields({ reason, until }: Ban): Record<string, unknown> {
  return { ...(reason !== null && { reason }), until: until?.toISOString() ?? null };
}
