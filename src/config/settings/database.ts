import { z } from "zod";
import { port, text } from "../fields";
import type { SettingTable } from "./setting";

export const databaseSettings = {
  DB_USER: { schema: text, sentence: "PostgreSQL role; any `DB_*` variable means PostgreSQL" },
  DB_PASSWORD: { schema: text, sentence: "its password" },
  DB_NAME: { file: "database.database", schema: text, default: "oauth_db", sentence: "the database" },
  DB_HOST: {
    file: "database.host",
    schema: text,
    default: "localhost",
    sentence: "where PostgreSQL is; a path is the folder of its socket",
  },
  DB_PORT: { file: "database.port", schema: port, default: 5432, sentence: "and its port" },
  DATABASE_URL: {
    schema: z
      .string()
      .min(1)
      .refine(
        (url) => URL.canParse(url) && /^postgres(ql)?:$/.test(new URL(url).protocol),
        "must be a postgresql:// URL",
      ),
    sentence: "instead of the five above; `sslmode` is respected",
  },
  EMBEDDED_DATA_DIR: { schema: text, default: "data", sentence: "folder of the embedded database" },
} as const satisfies SettingTable;
