import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DatabaseStartError } from "./errors";

/** What SQLite says of SQLITE_BUSY, a lock that somebody else has. Not every runtime tells its code. */
const BUSY = "database is locked";

/** How long to wait for a process that is just going away (a restart, the next Prisma command). */
const WAIT_MS = 2_000;

/**
 * Takes the data directory for this process alone. Two PGlite on one directory would destroy each other's work.
 *
 * The lock is SQLite's exclusive file lock on `<dataDir>/lock`: the kernel's own, so it dies with its process,
 * `kill -9` included, and a recycled pid means nothing. `lock.json` beside it only names the holder.
 * @returns releases the lock
 * @throws {DatabaseStartError} naming the holder
 */
export function lockDataDir(dataDir: string): () => void {
  const holderFile = join(dataDir, "lock.json");
  const lock = new DatabaseSync(join(dataDir, "lock"));
  try {
    lock.exec(`PRAGMA busy_timeout = ${WAIT_MS}`);
    lock.exec("PRAGMA journal_mode = MEMORY");
    lock.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if ((error as Error).message !== BUSY) throw error;
    throw new DatabaseStartError(
      `The embedded database in ${dataDir} is in use by ${holder(holderFile)}. One process can have it open at a time: stop that one first.`,
    );
  }
  writeFileSync(holderFile, JSON.stringify({ pid: process.pid, since: new Date().toISOString() }));
  return () => {
    rmSync(holderFile, { force: true });
    lock.close();
  };
}

function holder(file: string): string {
  try {
    const { pid, since } = JSON.parse(readFileSync(file, "utf8")) as { pid: number; since: string };
    return `process ${pid} since ${since}`;
  } catch {
    return "another process";
  }
}
