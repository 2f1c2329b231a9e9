import { z } from "zod";
import { ROLE_NAME } from "../../roles/role";
import type { SettingTable } from "./setting";

export const roleSettings = {
  "roles.names": {
    schema: z.array(z.string().regex(ROLE_NAME)),
    default: [],
    sentence:
      "roles of the game's own beside `player`, `moderator` and `admin`: small letters, digits and `_`, a letter first, up to 32",
  },
} as const satisfies SettingTable;
