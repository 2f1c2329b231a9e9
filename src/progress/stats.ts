/** How a reported integer meets the one that is there: the larger stays, they are added, or the reported one replaces it. */
export const STAT_RULES = ["max", "sum", "last"] as const;

export type StatRule = (typeof STAT_RULES)[number];

/** The rule of each stat that the game has, by name. */
export type StatRules = Readonly<Record<string, StatRule>>;

/** Integers of a player by name. */
export type Stats = Readonly<Record<string, number>>;

export const STAT_NAME = /^[a-z][a-z0-9_]{0,31}$/;

/** Stats that a game may have. */
export const MAXIMUM_STATS = 32;

const RULES: Record<StatRule, (before: number, reported: number) => number> = {
  max: Math.max,
  sum: (before, reported) => before + reported,
  last: (_before, reported) => reported,
};

/** What a player has after a report. @param reported of stats that have a rule */
export function withReported(before: Stats, reported: Stats, rules: StatRules): Stats {
  const changed = Object.entries(reported).map(([name, value]) => {
    const earlier = before[name];
    const rule = rules[name] ?? "last";
    return [name, earlier === undefined ? value : RULES[rule](earlier, value)] as const;
  });
  return { ...before, ...Object.fromEntries(changed) };
}

/** What two players who become one have: each stat by its rule, of which `last` keeps that of the one who is kept. */
export function mergedStats(kept: Stats, givenUp: Stats, rules: StatRules): Stats {
  return { ...withReported(kept, givenUp, rules), ...onlyLast(kept, rules) };
}

/**
 * What a player has once a merge is taken back. What was reported since stays: added to what they had before, or in place
 * of it.
 * @param before and
 * @param after of the merge
 */
export function statsWithoutMerge(now: Stats, before: Stats, after: Stats, rules: StatRules): Stats {
  const left = Object.entries(now).flatMap(([name, value]) => {
    const merged = after[name];
    const earlier = before[name];
    if (merged === undefined || merged === earlier) return [[name, value] as const];
    if (value === merged) return earlier === undefined ? [] : [[name, earlier] as const];
    return [[name, rules[name] === "sum" ? value - merged + (earlier ?? 0) : value] as const];
  });
  return Object.fromEntries(left);
}

/** The stats that no rule but `last` is for, those included whose rule is gone. */
function onlyLast(stats: Stats, rules: StatRules): Stats {
  return Object.fromEntries(Object.entries(stats).filter(([name]) => (rules[name] ?? "last") === "last"));
}
