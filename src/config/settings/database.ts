import { z } from "zod";
import { port, text } from "../fields";
import { readPostgresUrl } from "../postgres-url";
import { SSL_MODES } from "../tls";
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
    schema: text.refine((url) => readPostgresUrl(url) !== null, "must be a postgresql:// URL"),
    sentence:
      "instead of the five above, as libpq reads it: `sslmode`, `sslrootcert`, `sslcert`, `sslkey`, `application_name`, `connect_timeout`, `options`, `host=` of a socket",
  },
  DB_SSLMODE: {
    schema: z.enum(SSL_MODES),
    shown: "`prefer`, in production `verify-full`",
    sentence:
      "`disable`, `allow`, `prefer`, `require`, `verify-ca`, `verify-full`, as libpq means them; to this machine plain TCP is the default",
  },
  DB_SSLROOTCERT: {
    schema: text,
    sentence: "file of the certificate authorities (PEM) that PostgreSQL's certificate is checked against",
  },
  DB_POOL_SIZE: {
    file: "database.pool_size",
    schema: z.number().int().min(2).max(1_000),
    default: 10,
    sentence:
      "connections that each process opens, 2 at least and this many at most; a role that may have fewer is served on those",
  },
  EMBEDDED_DATA_DIR: { schema: text, default: "data", sentence: "folder of the embedded database" },
} as const satisfies SettingTable;
