import type { DatabaseConfig } from "./database";
import type { Environment } from "./environment";
import type { ConfigFile } from "./file";
import type { Problems } from "./problems";

/** Where the limits on abuse count: in this process, or in a store that all replicas share. */
export type LimitsConfig = Readonly<
  { enabled: boolean } & ({ store: "memory" } | { store: "postgres" } | { store: "redis"; url: string })
>;

export function limitsSection(
  env: Environment,
  file: ConfigFile,
  database: DatabaseConfig,
  problems: Problems,
): LimitsConfig {
  const enabled = env.RATE_LIMIT ?? true;
  const store = file.server?.rate_limit_store ?? "memory";
  if (store === "postgres" && database.kind === "embedded") {
    problems.add(
      "config.yml: server.rate_limit_store: postgres needs PostgreSQL, and the database is embedded",
    );
  }
  if (store !== "redis") return { enabled, store };
  if (!env.REDIS_URL) problems.add("REDIS_URL: missing (server.rate_limit_store is redis)");
  return { enabled, store, url: env.REDIS_URL ?? "" };
}
