import { z } from "zod";
import type { SettingTable } from "./setting";

export const leavingSettings = {
  "leaving.grace_days": {
    // No longer than a change can be taken back.
    schema: z.number().positive().max(30),
    default: 14,
    sentence:
      "days for which a player who has deleted their account comes back by signing in; then [nothing personal of them is kept](docs/leaving.md)",
  },
} as const satisfies SettingTable;
