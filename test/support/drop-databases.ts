import { tmpdir } from "node:os";
import pg from "pg";
import { loadDatabaseConfig } from "../../src/config/config";
import { type PostgresConfig, withClient } from "../../src/db/postgres";

// Reads names of databases, one a line, and drops them all once stdin ends. A signal meant for the tests is not for us.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
const names = (await Bun.stdin.text()).split("\n").filter(Boolean);
const config = loadDatabaseConfig({ cwd: tmpdir(), env: process.env }) as PostgresConfig;
await withClient(config, async (client) => {
  for (const name of names)
    await client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`);
});
