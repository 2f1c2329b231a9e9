import { chownSync, closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PostgresConfig, withClient } from "../../src/db/postgres";
import { isInstalled } from "./installed";
import { asPostgresUser, freePort } from "./postgres";

const BINARY = "/usr/sbin/pgbouncer";

export type PoolMode = "session" | "transaction";

export const pgbouncerAvailable = () => isInstalled(BINARY, "PgBouncer");

/**
 * A real PgBouncer in front of a database, as Debian configures it but for its pools.
 * @returns the way through it; it ends with `world`
 */
export async function behindPgbouncer(
  world: AsyncDisposableStack,
  database: PostgresConfig,
  poolMode: PoolMode,
  poolSize: number,
): Promise<PostgresConfig> {
  const folder = mkdtempSync(join(tmpdir(), "account-server-pgbouncer-"));
  const port = await freePort();
  const child = spawnPgbouncer(folder, database, port, {
    pool_mode: poolMode,
    default_pool_size: poolSize,
  });
  world.defer(async () => {
    child.kill("SIGKILL");
    await child.exited;
    rmSync(folder, { recursive: true, force: true });
  });
  const through = { ...database, port };
  await untilItAnswers(through);
  return through;
}

/**
 * PgBouncer itself in front of a database, run by whoever may.
 * @param folder gets its configuration, and what it prints as `pgbouncer.log`
 * @param port where it listens
 * @param settings of its section `[pgbouncer]`, beside where it listens
 */
export function spawnPgbouncer(
  folder: string,
  { host, port: databasePort, user, password }: PostgresConfig,
  port: number,
  settings: { pool_mode: PoolMode; default_pool_size: number } & Record<string, string | number>,
): Bun.Subprocess {
  const config = [
    "[databases]",
    `* = host=${host} port=${databasePort} user=${user} password=${password}`,
    "[pgbouncer]",
    "listen_addr = 127.0.0.1",
    `listen_port = ${port}`,
    "unix_socket_dir =",
    "auth_type = any",
    ...Object.entries(settings).map(([name, value]) => `${name} = ${value}`),
    "",
  ];
  const file = join(folder, "pgbouncer.ini");
  writeFileSync(file, config.join("\n"));
  const asUser = asPostgresUser();
  if (asUser.length > 0) {
    const postgres = Number(Bun.spawnSync(["id", "-u", "postgres"]).stdout);
    for (const path of [folder, file]) chownSync(path, postgres, 0);
  }
  const log = openSync(join(folder, "pgbouncer.log"), "a");
  const command = [...asUser, BINARY, file];
  const child = Bun.spawn(command, { stdin: "ignore", stdout: log, stderr: log, cwd: "/" });
  closeSync(log);
  return child;
}

async function untilItAnswers(through: PostgresConfig): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await withClient(through, async (client) => void (await client.query("SELECT 1")));
    } catch (error) {
      if (attempt === 100) throw error;
      await Bun.sleep(50);
    }
  }
}
