import { availableParallelism } from "node:os";
import type { DatabaseConfig } from "./database";
import type { Environment } from "./environment";
import type { ConfigFile } from "./file";
import type { Problems } from "./problems";

export type ServerConfig = Readonly<{
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** Where players reach this server, without a trailing slash; null: this machine, by its port. */
  publicUrl: string | null;
  debug: boolean;
  logLevel: "trace" | "debug" | "info" | "warn" | "error" | "fatal";
  corsOrigins: readonly string[];
  /** How long a connection may be idle, in seconds; balancers that reuse connections keep them for 60. */
  keepAliveSeconds: number;
  /** Processes that serve the port together. */
  workers: number;
  /** Addresses and CIDR blocks whose `X-Forwarded-For` is believed. */
  trustedProxies: readonly string[];
}>;

export function serverSection(
  env: Environment,
  file: ConfigFile,
  database: DatabaseConfig,
  problems: Problems,
): ServerConfig {
  const section = file.server ?? {};
  const debug = env.DEBUG ?? section.debug ?? false;
  const publicUrl = env.SERVER_PUBLIC_URL ?? section.public_url ?? null;
  if (publicUrl && /[?#]/.test(publicUrl)) problems.add("SERVER_PUBLIC_URL: must have no query or fragment");
  return {
    host: env.SERVER_HOST ?? section.host ?? "0.0.0.0",
    port: env.SERVER_PORT ?? section.port ?? 8000,
    publicUrl: publicUrl?.replace(/\/+$/, "") ?? null,
    debug,
    logLevel: env.LOG_LEVEL ?? section.log_level ?? (debug ? "debug" : "info"),
    keepAliveSeconds: env.SERVER_KEEP_ALIVE_SECONDS ?? section.keep_alive_seconds ?? 75,
    workers: workersOf(section.workers ?? 1, database, problems),
    corsOrigins: section.cors_origins ?? [],
    trustedProxies: section.trusted_proxies ?? [],
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
