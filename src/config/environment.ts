import { z } from "zod";
import {
  days,
  flag,
  fromText,
  jwtAlgorithm,
  keepAliveSeconds,
  logLevel,
  minutes,
  port,
  secureUrl,
} from "./fields";
import type { Problems } from "./problems";

const text = z.string().min(1);

/** The variables the server reads; all others in the environment are somebody else's. */
const environmentSchema = z.object({
  DATABASE_URL: text.refine(
    (url) => URL.canParse(url) && /^postgres(ql)?:$/.test(new URL(url).protocol),
    "must be a postgresql:// URL",
  ),
  DB_HOST: text,
  DB_PORT: fromText(port),
  DB_NAME: text,
  DB_USER: text,
  DB_PASSWORD: text,
  JWT_SECRET: text,
  JWT_SECRET_PREVIOUS: text,
  JWT_PRIVATE_KEY: text,
  JWT_PRIVATE_KEY_FILE: text,
  JWT_PRIVATE_KEY_PREVIOUS: text,
  JWT_PRIVATE_KEY_PREVIOUS_FILE: text,
  JWT_ALGORITHM: jwtAlgorithm,
  JWT_ALGORITHM_PREVIOUS: jwtAlgorithm,
  ACCESS_TOKEN_EXPIRY_MINUTES: fromText(minutes),
  REFRESH_TOKEN_EXPIRY_DAYS: fromText(days),
  GOOGLE_CLIENT_ID: text,
  GOOGLE_CLIENT_SECRET: text,
  GOOGLE_AUTH_URL: secureUrl,
  GOOGLE_TOKEN_URL: secureUrl,
  GOOGLE_TOKEN_INFO_URL: secureUrl,
  GOOGLE_USERINFO_URL: secureUrl,
  GOOGLE_CERTS_URL: secureUrl,
  SERVER_HOST: text,
  SERVER_PORT: fromText(port),
  SERVER_PUBLIC_URL: secureUrl,
  SERVER_KEEP_ALIVE_SECONDS: fromText(keepAliveSeconds),
  DEBUG: flag,
  LOG_LEVEL: logLevel,
  LOG_DIR: text,
  EMBEDDED_DATA_DIR: text,
  RATE_LIMIT: flag,
  REDIS_URL: text.refine(
    (url) => URL.canParse(url) && /^rediss?:$/.test(new URL(url).protocol),
    "must be a redis:// or rediss:// URL",
  ),
});

/** What the environment sets; a variable that is absent or empty is not set. */
export type Environment = Partial<z.output<typeof environmentSchema>>;

/** Reads the variables of the contract, each named by itself when it is wrong and then left out. */
export function readEnvironment(env: Record<string, string | undefined>, problems: Problems): Environment {
  const set = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ""),
  );
  const schema = environmentSchema.partial();
  const parsed = schema.safeParse(set);
  if (parsed.success) return parsed.data as Environment;
  problems.addIssues("", parsed.error.issues);
  for (const { path } of parsed.error.issues) delete set[String(path[0])];
  return schema.parse(set) as Environment;
}
