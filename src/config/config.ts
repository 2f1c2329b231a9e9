import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { type DatabaseConfig, databaseSection } from "./database";
import { readEnvironment } from "./environment";
import { readConfigFile } from "./file";
import { type GoogleConfig, googleSection } from "./google";
import { type LimitsConfig, limitsSection } from "./limits";
import { Problems } from "./problems";
import { type SecurityConfig, securitySection } from "./security";
import { type ServerConfig, serverSection } from "./server";
import { settle } from "./settle";

export { ConfigError } from "./problems";
export type { DatabaseConfig, GoogleConfig, LimitsConfig, SecurityConfig, ServerConfig };

/** Everything the server may be told, validated and frozen. */
export type Config = Readonly<{
  mode: "development" | "production";
  database: DatabaseConfig;
  security: SecurityConfig;
  google: GoogleConfig;
  server: ServerConfig;
  /** Absolute folder of the embedded database and of secrets made in development. */
  dataDir: string;
  /** Absolute folder of `login.log`. */
  logDir: string;
  limits: LimitsConfig;
}>;

export type ConfigSource = {
  /** Folder that holds `config.yml` and `.env`; relative paths start here. */
  cwd: string;
  /** The process's environment; a variable here wins over the same one in `.env`. */
  env: Record<string, string | undefined>;
};

/**
 * Reads the environment (`.env` included), `config.yml` and the defaults, in that order of precedence.
 * @throws {ConfigError} naming every problem at once
 */
export function loadConfig(source: ConfigSource): Config {
  const problems = new Problems();
  const { env, settings, paths } = readSource(source, problems);
  const production = source.env.NODE_ENV === "production";
  const database = databaseSection(env, settings, paths.dataDir, production, problems);
  const config: Config = {
    mode: production ? "production" : "development",
    database,
    security: securitySection(settings, source.cwd, production, problems),
    google: googleSection(settings, production, problems),
    server: serverSection(settings, database, problems),
    ...paths,
    limits: limitsSection(settings, database, problems),
  };
  problems.throwIfAny();
  return deepFreeze(config);
}

/**
 * The database alone, for tools that need nothing else (the Prisma CLI while an image is built, say).
 * @throws {ConfigError} as {@link loadConfig}, for the settings it reads
 */
export function loadDatabaseConfig(source: ConfigSource): DatabaseConfig {
  const problems = new Problems();
  const { env, settings, paths } = readSource(source, problems);
  problems.throwIfAny();
  return databaseSection(env, settings, paths.dataDir, false, problems);
}

function readSource(source: ConfigSource, problems: Problems) {
  const env = readEnvironment({ ...dotEnv(source.cwd), ...defined(source.env) }, problems);
  const file = readConfigFile(resolve(source.cwd, "config.yml"), problems);
  const settings = settle(env, file);
  const paths = {
    dataDir: resolve(source.cwd, settings.EMBEDDED_DATA_DIR),
    logDir: resolve(source.cwd, settings.LOG_DIR),
  };
  return { env, settings, paths };
}

function dotEnv(cwd: string): NodeJS.Dict<string> {
  try {
    return parseEnv(readFileSync(resolve(cwd, ".env"), "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
}

function defined(env: ConfigSource["env"]): ConfigSource["env"] {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
}

function deepFreeze<T extends object>(value: T): T {
  for (const child of Object.values(value)) if (child && typeof child === "object") deepFreeze(child);
  return Object.freeze(value);
}
