import type { DatabaseConfig } from "./database";
import type { Problems } from "./problems";
import type { Settings } from "./settings";

/** Where the limits on abuse count: in this process, or in a store that all replicas share. */
export type LimitsConfig = Readonly<
  { enabled: boolean } & ({ store: "memory" } | { store: "postgres" } | { store: "redis"; url: string })
>;

export function limitsSection(
  settings: Settings,
  database: DatabaseConfig,
  problems: Problems,
): LimitsConfig {
  const enabled = settings.RATE_LIMIT;
  const store = settings["server.rate_limit_store"];
  if (store === "postgres" && database.kind === "embedded") {
    problems.add(
      "config.yml: server.rate_limit_store: postgres needs PostgreSQL, and the database is embedded",
    );
  }
  if (store !== "redis") return { enabled, store };
  if (!settings.REDIS_URL) problems.add("REDIS_URL: missing (server.rate_limit_store is redis)");
  return { enabled, store, url: settings.REDIS_URL ?? "" };
}
