const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A time in ISO 8601 with its offset, or so many minutes, hours or days from now (`30m`); NaN for what is neither. */
export function timeFrom(text: string, now: Date): Date {
  const [, count, unit] = /^(\d{1,4})([mhd])$/.exec(text) ?? [];
  if (count && unit) return new Date(now.getTime() + Number(count) * UNITS[unit as keyof typeof UNITS]);
  const isIso = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text);
  return new Date(isIso ? text : Number.NaN);
}
