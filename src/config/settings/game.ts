import { z } from "zod";
import { MAXIMUM_STATS, STAT_NAME, STAT_RULES } from "../../progress/stats";
import type { SettingTable } from "./setting";

const name = z
  .string()
  .regex(STAT_NAME, "must be 1 to 32 small letters, digits and underscores, the first a letter");

export const gameSettings = {
  "game.stats": {
    schema: z
      .record(name, z.enum(STAT_RULES))
      .refine((stats) => Object.keys(stats).length <= MAXIMUM_STATS, `must be ${MAXIMUM_STATS} at most`),
    default: {},
    shown: "none",
    sentence:
      "what game servers count of a player beside stars and level, up to 32 integers by name and rule: `{best_score: max, plates: sum, last_map: last}`",
  },
} as const satisfies SettingTable;
