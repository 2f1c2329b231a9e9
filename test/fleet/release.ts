import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** The release that runs first: this checkout. */
export const THIS_RELEASE = resolve(import.meta.dirname, "../..");

const PARTS = ["src", "sdk", "prisma", "package.json", "prisma.config.ts", "tsconfig.json", "bunfig.toml"];

/** After every migration there is. */
const MIGRATION = "29990101000000_fleet";
const SQL = `-- AlterTable
ALTER TABLE "users" ADD COLUMN "fleet_note" TEXT;
`;

/** The next release: a copy of this one with one more migration, which only adds. */
export function nextRelease(home: string): string {
  const folder = join(home, "release");
  for (const part of PARTS) cpSync(join(THIS_RELEASE, part), join(folder, part), { recursive: true });
  symlinkSync(join(THIS_RELEASE, "node_modules"), join(folder, "node_modules"));
  const migration = join(folder, "prisma/migrations", MIGRATION);
  mkdirSync(migration);
  writeFileSync(join(migration, "migration.sql"), SQL);
  return folder;
}
