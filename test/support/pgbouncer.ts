import { chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
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
  const { host, user, password } = database;
  const config = [
    "[databases]",
    `* = host=${host} port=${database.port} user=${user} password=${password}`,
    "[pgbouncer]",
    "listen_addr = 127.0.0.1",
    `listen_port = ${port}`,
    "unix_socket_dir =",
    "auth_type = any",
    `pool_mode = ${poolMode}`,
    `default_pool_size = ${poolSize}`,
    "",
  ];
  const file = join(folder, "pgbouncer.ini");
  writeFileSync(file, config.join("\n"));
  const asUser = asPostgresUser();
  if (asUser.length > 0) {
    const postgres = Number(Bun.spawnSync(["id", "-u", "postgres"]).stdout);
    for (const path of [folder, file]) chownSync(path, postgres, 0);
  }
  const child = Bun.spawn([...asUser, BINARY, "-q", file], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
    cwd: "/",
  });
  world.defer(async () => {
    child.kill("SIGKILL");
    await child.exited;
    rmSync(folder, { recursive: true, force: true });
  });
  const through = { ...database, port };
  for (let attempt = 1; ; attempt++) {
    try {
      await withClient(through, (client) => client.query("SELECT 1"));
      return through;
    } catch (error) {
      if (attempt === 100) throw error;
      await Bun.sleep(50);
    }
  }
}
