import type { Environment } from "./environment";
import type { Problems } from "./problems";
import type { Settings } from "./settings";
import { databaseSettings } from "./settings/database";

/** PostgreSQL, or PGlite inside this process with its files under `dataDir`. */
export type DatabaseConfig =
  | Readonly<{
      kind: "postgres";
      host: string;
      port: number;
      database: string;
      user: string;
      password?: string;
      /** TLS mode of `DATABASE_URL`'s `sslmode`; plain TCP when absent. */
      sslmode?: string;
    }>
  | Readonly<{ kind: "embedded"; dataDir: string }>;

/** Any database variable in the environment means PostgreSQL; none means the embedded database. */
export function databaseSection(
  env: Environment,
  settings: Settings,
  dataDir: string,
  production: boolean,
  problems: Problems,
): DatabaseConfig {
  if (env.DATABASE_URL) return fromUrl(env.DATABASE_URL);
  const wanted = env.DB_USER ?? env.DB_PASSWORD ?? env.DB_NAME ?? env.DB_HOST ?? env.DB_PORT;
  if (wanted === undefined && !production) return { kind: "embedded", dataDir };
  if (!env.DB_USER) problems.add("DB_USER: missing (the PostgreSQL role, or set DATABASE_URL)");
  if (production && !env.DB_PASSWORD) problems.add("DB_PASSWORD: missing (or set DATABASE_URL)");
  return {
    kind: "postgres",
    host: settings.DB_HOST,
    port: settings.DB_PORT,
    database: settings.DB_NAME,
    user: env.DB_USER ?? "",
    ...(env.DB_PASSWORD === undefined ? {} : { password: env.DB_PASSWORD }),
  };
}

function fromUrl(text: string): DatabaseConfig {
  const url = new URL(text);
  const sslmode = url.searchParams.get("sslmode");
  return {
    kind: "postgres",
    host:
      decodeURIComponent(url.searchParams.get("host") ?? url.hostname) || databaseSettings.DB_HOST.default,
    port: Number(url.port || databaseSettings.DB_PORT.default),
    database: decodeURIComponent(url.pathname.slice(1)) || databaseSettings.DB_NAME.default,
    user: decodeURIComponent(url.username),
    ...(url.password ? { password: decodeURIComponent(url.password) } : {}),
    ...(sslmode ? { sslmode } : {}),
  };
}
