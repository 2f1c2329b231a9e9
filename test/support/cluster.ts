import { chownSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PostgresConfig, withClient } from "../../src/db/postgres";
import { asPostgresUser, binaries, freePort } from "./postgres";

/** A PostgreSQL that may be stopped and started, and keeps its commits through a crash of its processes. */
export type Cluster = {
  config: PostgresConfig;
  /** Resolves when it answers. */
  start(): Promise<void>;
  /** `fast` ends what runs, `immediate` is a crash. */
  stop(mode: "fast" | "immediate"): Promise<void>;
  /** Stops it and removes its files, which also happens when this process is gone. */
  remove(): Promise<void>;
};

/** Runs one server until a line says which signal ends it; without a line its files go as well. */
const SERVE = `
  "$0/postgres" -D "$1/data" -p "$2" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off \\
    >>"$1/log" 2>&1 &
  if read -r signal; then kill -s "$signal" $!; wait $!
  else kill -s QUIT $!; wait $!; rm -rf "$1"; fi`;
const INITIALIZE = `"$0/initdb" -D "$1/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$1/log"`;

/** Makes and starts a throwaway cluster from the installed binaries. */
export async function startCluster(): Promise<Cluster> {
  const bin = binaries();
  if (bin === null) throw new Error("PostgreSQL is not installed.");
  const folder = mkdtempSync(join(tmpdir(), "account-server-cluster-"));
  const config: PostgresConfig = {
    kind: "postgres",
    host: "127.0.0.1",
    port: await freePort(),
    user: "postgres",
    database: "postgres",
    poolSize: 10,
  };
  const asUser = asPostgresUser();
  if (asUser.length > 0) chownSync(folder, Number(Bun.spawnSync(["id", "-u", "postgres"]).stdout), 0);
  const shell = (script: string) =>
    Bun.spawn([...asUser, "sh", "-c", script, bin, folder, String(config.port)], {
      stdin: "pipe",
      cwd: folder,
    });
  let server: ReturnType<typeof shell> | undefined;
  const end = async (order: string) => {
    server?.stdin.write(order);
    server?.stdin.end();
    await server?.exited;
    server = undefined;
  };
  await shell(INITIALIZE).exited;
  const cluster: Cluster = {
    config,
    async start() {
      server = shell(SERVE);
      await answers(config);
    },
    stop: (mode) => end(mode === "fast" ? "INT\n" : "QUIT\n"),
    async remove() {
      server ??= shell(SERVE);
      await end("");
    },
  };
  await cluster.start();
  return cluster;
}

async function answers(config: PostgresConfig): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await withClient(config, (client) => client.query("SELECT 1"));
      return;
    } catch (error) {
      if (attempt === 200) throw error;
      await Bun.sleep(50);
    }
  }
}
