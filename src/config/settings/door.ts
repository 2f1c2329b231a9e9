import { z } from "zod";
import { secureUrl } from "../fields";
import type { SettingTable } from "./setting";

export const doorSettings = {
  "terms.version": {
    schema: z
      .string()
      .regex(/^[\w.-]{1,64}$/, "must be 1 to 64 letters, digits, dots, hyphens or underscores"),
    sentence: "version of the game's terms, which players then [have to accept](docs/door.md#terms)",
  },
  "terms.url": { schema: secureUrl, sentence: "and where they are; both or neither" },
  "age.bands": {
    schema: z.boolean(),
    default: false,
    sentence:
      "whether players [say an age band](docs/door.md#age), which then stands in the user and in access tokens",
  },
} as const satisfies SettingTable;
