import { z } from "zod";
import { keepAliveSeconds, logLevel, port, secureUrl, text } from "../fields";
import { origin } from "../origins";
import type { SettingTable } from "./setting";

export const serverSettings = {
  NODE_ENV: {
    schema: z
      .string()
      .transform((mode) => mode.trim().toLowerCase())
      .pipe(z.enum(["development", "test", "production"], "must be production, development or test")),
    default: "development",
    sentence: "`production` [refuses what only development may do](#production)",
  },
  SERVER_HOST: { file: "server.host", schema: text, default: "0.0.0.0", sentence: "where to listen" },
  SERVER_PORT: {
    file: "server.port",
    schema: port,
    default: 8000,
    sentence: "and on which port, 0 for any; the local Google takes the next one, on loopback",
  },
  SERVER_PUBLIC_URL: {
    file: "server.public_url",
    schema: secureUrl,
    shown: "`http://localhost:8000`",
    sentence: "where players reach the server, behind a proxy for one; required in production",
  },
  DEBUG: { file: "server.debug", schema: z.boolean(), default: false, sentence: "shows debug lines" },
  LOG_LEVEL: {
    file: "server.log_level",
    schema: logLevel,
    shown: "`INFO`",
    sentence: "what standard output shows: `TRACE`, `DEBUG`, `INFO`, `WARN`, `ERROR` or `FATAL`, and worse",
  },
  LOG_DIR: { schema: text, default: "logs", sentence: "folder of `login.log`" },
  RATE_LIMIT: { schema: z.boolean(), default: true, shown: "`on`", sentence: "`on`, `off`" },
  "server.rate_limit_store": {
    schema: z.enum(["memory", "postgres", "redis"]),
    default: "memory",
    sentence:
      "where limits are counted: `memory` of each process, or `postgres` or `redis` (Valkey) for all replicas",
  },
  REDIS_URL: {
    schema: text.refine(
      (url) => URL.canParse(url) && /^rediss?:$/.test(new URL(url).protocol),
      "must be a redis:// or rediss:// URL",
    ),
    sentence: "where Redis or Valkey is, when limits are counted there",
  },
  "server.cors_origins": {
    schema: z.array(origin),
    default: [],
    sentence:
      "exact origins of browser games and of app hosts (`capacitor://localhost`); in development pages of this machine too",
  },
  "server.explorer": {
    schema: z.boolean(),
    default: true,
    sentence: "whether `/swagger` and the OpenAPI document are served",
  },
  SERVER_KEEP_ALIVE_SECONDS: {
    file: "server.keep_alive_seconds",
    schema: keepAliveSeconds,
    default: 75,
    sentence: "how long an idle connection stays open, 20 to 255: longer than the balancer in front keeps it",
  },
  "server.workers": {
    schema: z.union([z.literal("auto"), z.number().int().min(1).max(256)]),
    default: 1,
    sentence:
      "processes that serve the port together; `auto`: one a core. Each opens `DB_POOL_SIZE` database connections, and counts its own limits unless their store is shared",
  },
  "server.trusted_proxies": {
    schema: z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])),
    default: [],
    sentence: "addresses and CIDR blocks whose `X-Forwarded-For` or `Forwarded` counts",
  },
} as const satisfies SettingTable;
