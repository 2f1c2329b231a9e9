import type { Stats } from "./stats";

/** What a player has won. */
export type Progress = { stars: number; level: number; stats: Stats };

/** The same, and the version of it. */
export type VersionedProgress = Progress & { version: number };

/** Stars and levels are of PostgreSQL's `integer`. */
export const MAXIMUM_STARS = 2_147_483_647;

/** What is reported of a player: stars and levels to add, and stats, each by its rule. */
export type Changes = { stars?: number; level?: number; stats?: Stats };

/** The same as it was sent, before the stats are checked. */
export type SentChanges = Omit<Changes, "stats"> & { stats?: Record<string, unknown> };
