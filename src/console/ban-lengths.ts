/** How long a ban may last, by what the form sends. */
export const BANS = {
  "1d": { days: 1, label: "1 day" },
  "3d": { days: 3, label: "3 days" },
  "7d": { days: 7, label: "7 days" },
  "30d": { days: 30, label: "30 days" },
  "90d": { days: 90, label: "90 days" },
  "365d": { days: 365, label: "1 year" },
  good: { days: null, label: "For good" },
} as const;

export type BanLength = keyof typeof BANS;

/** @returns when such a ban is over; null: never */
export function banEnd(length: BanLength, now: Date): Date | null {
  const { days } = BANS[length];
  return days === null ? null : new Date(now.getTime() + days * 86_400_000);
}
