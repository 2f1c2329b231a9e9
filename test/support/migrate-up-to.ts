import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type pg from "pg";

const FOLDER = resolve(import.meta.dirname, "../../prisma/migrations");

/** An empty database as it was with the migrations up to `last`, on record with Prisma. */
export async function migrateUpTo(pool: pg.Pool, last: string): Promise<void> {
  await pool.query(
    `CREATE TABLE _prisma_migrations (id VARCHAR(36) PRIMARY KEY, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
       migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
       started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`,
  );
  const names = readdirSync(FOLDER).filter((name) => /^\d/.test(name) && name <= last);
  for (const name of names.sort()) {
    const sql = readFileSync(join(FOLDER, name, "migration.sql"), "utf8");
    await pool.query(sql);
    await pool.query(
      "INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count) VALUES ($1, $2, now(), $3, 1)",
      [crypto.randomUUID(), new Bun.CryptoHasher("sha256").update(sql).digest("hex"), name],
    );
  }
}
