import { MAXIMUM_STARS } from "../../progress/progress";
import type { StatRules } from "../../progress/stats";

/** What of another system's numbers has a place here, by names that differ in case, spaces and hyphens only. */
export type FittingStats = { stars: number; level: number; stats: Record<string, number>; others: string[] };

export function fittingStats(entries: Iterable<readonly [string, unknown]>, rules: StatRules): FittingStats {
  const fitting: FittingStats = { stars: 0, level: 1, stats: {}, others: [] };
  for (const [name, given] of entries) {
    const value = typeof given === "string" ? Number(given) : given;
    const own = name
      .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "_");
    if (!Number.isSafeInteger(value)) fitting.others.push(name);
    else if (own === "stars" || own === "level")
      fitting[own] = Math.min(Math.max(value as number, 0), MAXIMUM_STARS);
    else if (Object.hasOwn(rules, own)) fitting.stats[own] = value as number;
    else fitting.others.push(name);
  }
  return fitting;
}
