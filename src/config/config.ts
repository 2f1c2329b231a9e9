import { resolve } from "node:path";
import { type AppleConfig, appleSection } from "./apple";
import { type AuditConfig, auditSection } from "./audit";
import { type DatabaseConfig, databaseSection, requireCredentials } from "./database";
import { deepFreeze } from "./deep-freeze";
import { warnOfDevelopment } from "./development";
import { type DiscordConfig, discordSection } from "./discord";
import { readEnvFile } from "./env-file";
import { readEnvironment } from "./environment";
import { readConfigFile } from "./file";
import { type GoogleConfig, googleSection } from "./google";
import { type GooglePlayConfig, googlePlaySection } from "./google-play";
import { type GuestsConfig, guestsSection } from "./guests";
import { type LimitsConfig, limitsSection } from "./limits";
import { type NamesConfig, namesSection } from "./names";
import { type OAuthConfig, oauthSection } from "./oauth";
import { type OpenIdConfig, type OpenIdIssuer, openIdSection } from "./openid";
import { Problems } from "./problems";
import { type SecurityConfig, securitySection } from "./security";
import { type ServerConfig, serverSection } from "./server";
import { settle } from "./settle";
import { type SteamConfig, steamSection } from "./steam";

export { ConfigError } from "./problems";
export type {
  AppleConfig,
  DatabaseConfig,
  DiscordConfig,
  GoogleConfig,
  GooglePlayConfig,
  GuestsConfig,
  LimitsConfig,
  NamesConfig,
  OAuthConfig,
  OpenIdConfig,
  OpenIdIssuer,
  SecurityConfig,
  ServerConfig,
  SteamConfig,
};

/** Everything the server may be told, validated and frozen. */
export type Config = Readonly<{
  mode: "development" | "production";
  database: DatabaseConfig;
  security: SecurityConfig;
  google: GoogleConfig;
  /** Null where players cannot sign in with it, as the next three. */
  steam: SteamConfig | null;
  googlePlay: GooglePlayConfig | null;
  discord: DiscordConfig | null;
  apple: AppleConfig | null;
  openid: OpenIdConfig;
  guests: GuestsConfig;
  names: NamesConfig;
  audit: AuditConfig;
  oauth: OAuthConfig;
  server: ServerConfig;
  /** Absolute folder of the embedded database and of secrets made in development. */
  dataDir: string;
  /** Absolute folder of `login.log`. */
  logDir: string;
  limits: LimitsConfig;
  /** What is doubtful without being wrong, one sentence each, for the log. */
  warnings: readonly string[];
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
  const production = settings.NODE_ENV === "production";
  const database = databaseSection(env, settings, { ...paths, cwd: source.cwd }, production, problems);
  requireCredentials(env, database, production, problems);
  const security = securitySection(settings, source.cwd, production, problems);
  const google = googleSection(settings, production, problems);
  const place = { production, local: google.local, cwd: source.cwd };
  const config: Config = {
    mode: production ? "production" : "development",
    database,
    security,
    google,
    steam: steamSection(settings, google, production, problems),
    googlePlay: googlePlaySection(settings, google, production, problems),
    discord: discordSection(settings, google, production, problems),
    apple: appleSection(settings, place, problems),
    openid: openIdSection(settings, place, problems),
    guests: guestsSection(settings),
    names: namesSection(settings),
    audit: auditSection(settings),
    oauth: oauthSection(settings, production, problems),
    server: serverSection(settings, database, production, problems),
    ...paths,
    limits: limitsSection(settings, database, problems),
    warnings: problems.warnings,
  };
  if (!production) warnOfDevelopment(config.google, config.server, problems);
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
  const database = databaseSection(env, settings, { ...paths, cwd: source.cwd }, false, problems);
  problems.throwIfAny();
  return database;
}

function readSource(source: ConfigSource, problems: Problems) {
  const env = readEnvironment(
    { ...readEnvFile(resolve(source.cwd, ".env"), problems), ...defined(source.env) },
    problems,
  );
  const file = readConfigFile(resolve(source.cwd, "config.yml"), problems);
  const settings = settle(env, file);
  const paths = {
    dataDir: resolve(source.cwd, settings.EMBEDDED_DATA_DIR),
    logDir: resolve(source.cwd, settings.LOG_DIR),
  };
  return { env, settings, paths };
}

function defined(env: ConfigSource["env"]): ConfigSource["env"] {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
}
