import { z } from "zod";
import { text } from "../fields";
import type { SettingTable } from "./setting";

const daysOrNone = z.number().min(0).max(3_650);

export const nameSettings = {
  "names.change_cooldown_days": {
    schema: daysOrNone,
    default: 0,
    sentence:
      "days that a player waits between changes of name; 14 suits most games, 0 is none. The first change is free, and so are changes of case",
  },
  "names.kept_days": {
    schema: daysOrNone,
    default: 180,
    sentence:
      "days for which a name that was given up, and what looks like it, is kept for its player alone; 0 frees it at once",
  },
  "names.profanity": {
    schema: z.array(z.enum(["en"])),
    default: ["en"],
    sentence: "languages whose profanity no new name has: `en`; `[]` is none",
  },
  "names.reserved": {
    schema: z.array(text),
    default: [],
    sentence:
      "names to reserve beside those of the game and its staff, in any case, look-alikes and separators",
  },
} as const satisfies SettingTable;
