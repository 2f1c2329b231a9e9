import type { Environment } from "./environment";
import { GUESSES, isGuessable } from "./guessable";
import { type PostgresUrl, readPostgresUrl } from "./postgres-url";
import type { Problems } from "./problems";
import type { Settings } from "./settings";
import { databaseSettings } from "./settings/database";
import { type DatabaseTls, effectiveSslMode, type GivenTls, standardSslMode, tlsSection } from "./tls";
import { urlParameters } from "./url-parameters";

/** PostgreSQL, or PGlite inside this process with its files under `dataDir`. */
export type DatabaseConfig =
  | Readonly<
      {
        kind: "postgres";
        /** A name, an address, or the folder of a socket. */
        host: string;
        port: number;
        database: string;
        user: string;
        password?: string;
        /** Connections that requests are served on, at most. */
        poolSize: number;
        /** As `pg_stat_activity` shows it. */
        applicationName?: string;
        /** Seconds that a connection may take to come about. */
        connectTimeoutSeconds?: number;
        /** Settings of the session, as the server's command line has them (`-c name=value`). */
        options?: string;
        /** Where the tables are; else where the role's search path leads. */
        schema?: string;
      } & DatabaseTls
    >
  | Readonly<{ kind: "embedded"; dataDir: string }>;

type PostgresConfig = Extract<DatabaseConfig, { kind: "postgres" }>;

/** Any database variable in the environment means PostgreSQL; none means the embedded database. */
export function databaseSection(
  env: Environment,
  settings: Settings,
  { dataDir, cwd }: { dataDir: string; cwd: string },
  production: boolean,
  problems: Problems,
): DatabaseConfig {
  const url = env.DATABASE_URL ? readPostgresUrl(env.DATABASE_URL) : null;
  if (url) return warned(fromUrl(url, settings, cwd, problems), problems);
  const wanted = Object.keys(env).some((name) => name.startsWith("DB_"));
  if (!wanted && !production) return { kind: "embedded", dataDir };
  const host = settings.DB_HOST;
  const config: PostgresConfig = {
    kind: "postgres",
    host,
    port: settings.DB_PORT,
    database: settings.DB_NAME,
    user: env.DB_USER ?? "",
    ...(env.DB_PASSWORD === undefined ? {} : { password: env.DB_PASSWORD }),
    poolSize: settings.DB_POOL_SIZE,
    ...tlsSection(givenTls(settings), standardOf(host, settings), cwd, problems),
  };
  return warned(config, problems);
}

/** What the server cannot do without, and tools may. */
export function requireCredentials(
  env: Environment,
  database: DatabaseConfig,
  production: boolean,
  problems: Problems,
): void {
  if (database.kind === "embedded") return;
  if (production) warnOfGuessablePassword(env, database, problems);
  if (env.DATABASE_URL) return;
  if (!env.DB_USER) problems.add("DB_USER: missing (the PostgreSQL role, or set DATABASE_URL)");
  if (production && !env.DB_PASSWORD) problems.add("DB_PASSWORD: missing (or set DATABASE_URL)");
}

function warnOfGuessablePassword(
  env: Environment,
  { password, user, database }: PostgresConfig,
  problems: Problems,
): void {
  if (!password || !isGuessable(password, GUESSES.password, [user, database])) return;
  problems.warn(
    `${env.DATABASE_URL ? "DATABASE_URL: its password" : "DB_PASSWORD:"} can be guessed; give the role another, for ` +
      "example from `openssl rand -hex 24`",
  );
}

function fromUrl(url: PostgresUrl, settings: Settings, cwd: string, problems: Problems): PostgresConfig {
  const { tls, ...others } = urlParameters(url, givenTls(settings), problems);
  const host = url.host ?? databaseSettings.DB_HOST.default;
  return {
    kind: "postgres",
    host,
    port: Number(url.port ?? databaseSettings.DB_PORT.default),
    database: url.database ?? databaseSettings.DB_NAME.default,
    user: url.user ?? "",
    ...(url.password === undefined ? {} : { password: url.password }),
    poolSize: settings.DB_POOL_SIZE,
    ...others,
    ...tlsSection(tls, standardOf(host, settings), cwd, problems),
  };
}

/** Also for tools, which send the password as the server does. */
function standardOf(host: string, { NODE_ENV }: Settings) {
  return standardSslMode(host, NODE_ENV === "production");
}

function givenTls(settings: Settings): GivenTls {
  return {
    sslmode: { name: "DB_SSLMODE", value: settings.DB_SSLMODE },
    sslrootcert: { name: "DB_SSLROOTCERT", value: settings.DB_SSLROOTCERT },
    sslcert: { name: "DATABASE_URL's sslcert", value: undefined },
    sslkey: { name: "DATABASE_URL's sslkey", value: undefined },
  };
}

/** Plain text is fine where it was asked for, and over a network never silent. */
function warned(config: PostgresConfig, problems: Problems): PostgresConfig {
  const mode = effectiveSslMode(config.host, config.sslmode);
  if (mode === "allow" || mode === "prefer")
    problems.warn(
      `DB_SSLMODE: passwords and players' data travel in plain text when PostgreSQL at ${config.host} offers no ` +
        `TLS; set verify-full or require, or disable where the network is trusted`,
    );
  return config;
}
