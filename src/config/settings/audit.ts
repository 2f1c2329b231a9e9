import { z } from "zod";
import type { SettingTable } from "./setting";

export const auditSettings = {
  "audit.retention_days": {
    schema: z.number().min(30).max(3_650),
    default: 365,
    sentence: "days for which it is kept what was done to players, by whom and why",
  },
} as const satisfies SettingTable;
