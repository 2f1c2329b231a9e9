import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SQL } from "bun";
import { asPostgresUser, binaries, freePort } from "../../support/postgres";
import { treeCpuSeconds } from "./proc";

/** A throwaway PostgreSQL of the machine's own binaries, on loopback, durable as in production. */
export type Cluster = {
  url(database: string): string;
  /** Runs SQL in a database and returns the rows. */
  run(database: string, sql: string): Promise<Record<string, unknown>[]>;
  create(database: string, template?: string): Promise<void>;
  drop(database: string): Promise<void>;
  /** Bytes of write-ahead log since it was made. */
  walBytes(): Promise<number>;
  /** CPU seconds of the postmaster and all its children so far. */
  cpuSeconds(): number;
  version: string;
  stop(): Promise<void>;
};

/** Beside the defaults: what any serious installation sets, and what the measurements read. */
const SETTINGS = {
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  shared_buffers: "1GB",
  max_wal_size: "4GB",
  max_connections: "100",
  shared_preload_libraries: "pg_stat_statements",
  listen_addresses: "127.0.0.1",
  log_min_messages: "fatal",
};

export async function startCluster(): Promise<Cluster> {
  const bin = binaries();
  if (bin === null) throw new Error("PostgreSQL is not installed.");
  const folder = mkdtempSync(join(tmpdir(), "account-server-bench-"));
  const data = join(folder, "data");
  const asPostgres = asPostgresUser();
  if (asPostgres.length > 0) chownSync(folder, idOf("-u"), idOf("-g"));
  const port = await freePort();
  const initdb = Bun.spawnSync(
    [
      ...asPostgres,
      join(bin, "initdb"),
      "-D",
      data,
      "-U",
      "bench",
      "-A",
      "trust",
      "-E",
      "UTF8",
      "--locale=C.UTF-8",
    ],
    { stdout: "ignore", stderr: "pipe" },
  );
  if (initdb.exitCode !== 0) throw new Error(`initdb failed: ${initdb.stderr.toString()}`);
  const settings = Object.entries({ ...SETTINGS, port, unix_socket_directories: folder });
  const server = Bun.spawn(
    [
      ...asPostgres,
      join(bin, "postgres"),
      "-D",
      data,
      ...settings.flatMap(([key, value]) => ["-c", `${key}=${value}`]),
    ],
    { stdout: "ignore", stderr: "ignore" },
  );
  const url = (database: string) => `postgresql://bench@127.0.0.1:${port}/${database}`;
  const run: Cluster["run"] = async (database, sql) => {
    const client = new SQL(url(database), { max: 1 });
    try {
      return [...(await client.unsafe(sql))];
    } finally {
      await client.close();
    }
  };
  const [row] = await eventually(() => run("postgres", "SHOW server_version"));
  return {
    url,
    run,
    version: String(row?.server_version),
    create: async (database, template = "template0") => {
      await run("postgres", `CREATE DATABASE ${database} TEMPLATE ${template}`);
    },
    drop: async (database) => {
      await run("postgres", `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    },
    walBytes: async () => {
      const [lsn] = await run("postgres", "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn AS bytes");
      return Number(lsn?.bytes);
    },
    cpuSeconds: () => treeCpuSeconds(server.pid),
    async stop() {
      server.kill("SIGINT");
      await server.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function idOf(flag: string): number {
  return Number(Bun.spawnSync(["id", flag, "postgres"]).stdout.toString());
}

/** Tries until it works, for twenty seconds. */
export async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await Bun.sleep(2);
    }
  }
}
