import { availableParallelism } from "node:os";
import type { DatabaseConfig } from "./database";
import type { Problems } from "./problems";
import type { Settings } from "./settings";

export type ServerConfig = Readonly<{
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** Where players reach this server, without a trailing slash; null: this machine, by its port. */
  publicUrl: string | null;
  debug: boolean;
  logLevel: "trace" | "debug" | "info" | "warn" | "error" | "fatal";
  corsOrigins: readonly string[];
  /** Whether `/swagger` and the OpenAPI document are served. */
  explorer: boolean;
  /** How long a connection may be idle, in seconds; balancers that reuse connections keep them for 60. */
  keepAliveSeconds: number;
  /** Processes that serve the port together. */
  workers: number;
  /** Addresses and CIDR blocks whose `X-Forwarded-For` is believed. */
  trustedProxies: readonly string[];
}>;

export function serverSection(
  settings: Settings,
  database: DatabaseConfig,
  production: boolean,
  problems: Problems,
): ServerConfig {
  const { DEBUG: debug, SERVER_PUBLIC_URL: publicUrl } = settings;
  const trustedProxies = settings["server.trusted_proxies"];
  if (production && !publicUrl) problems.add("SERVER_PUBLIC_URL: missing (where players reach the server)");
  if (production && publicUrl?.startsWith("https:") && trustedProxies.length === 0)
    problems.warn(
      "server.trusted_proxies: none, and SERVER_PUBLIC_URL is https, so that a proxy is in front: limits and log " +
        "take all players for one address; name the proxy's",
    );
  if (publicUrl && /[?#]/.test(publicUrl)) problems.add("SERVER_PUBLIC_URL: must have no query or fragment");
  return {
    host: settings.SERVER_HOST,
    port: settings.SERVER_PORT,
    publicUrl: publicUrl?.replace(/\/+$/, "") ?? null,
    debug,
    logLevel: settings.LOG_LEVEL ?? (debug ? "debug" : "info"),
    keepAliveSeconds: settings.SERVER_KEEP_ALIVE_SECONDS,
    workers: workersOf(settings["server.workers"], database, problems),
    corsOrigins: settings["server.cors_origins"],
    explorer: settings["server.explorer"],
    trustedProxies,
  };
}

/** `auto` is one for every core; the embedded database lives in a single process. */
function workersOf(wanted: number | "auto", { kind }: DatabaseConfig, problems: Problems): number {
  if (kind === "embedded" && wanted !== "auto" && wanted > 1) {
    problems.add("config.yml: server.workers: the embedded database serves one process only");
  }
  if (wanted === "auto") return kind === "embedded" ? 1 : availableParallelism();
  return wanted;
}
