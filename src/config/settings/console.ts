import { z } from "zod";
import type { SettingTable } from "./setting";

export const consoleSettings = {
  "console.enabled": {
    schema: z.boolean(),
    default: true,
    sentence: "whether [the console for the studio's people](docs/console.md) is served at `/console`",
  },
} as const satisfies SettingTable;
