import { randomUUID } from "node:crypto";
import { readFile, rm, stat, writeFile } from "node:fs/promises";

const WAIT_MS = 15_000;
const STALE_MS = 30_000;
const POLL_MS = 25;
/** Whoever removes a stale lock takes a moment; after this long they have died at it. */
const ABANDONED_TURN_MS = 2_000;

/**
 * Runs `work` while this process holds the lock file. The lock of a process that died,
 * or that is 30 s old, is removed. Work that has waited for 15 s runs without the lock: the account server resolves races.
 */
export async function withLockFile<T>(path: string, work: () => Promise<T>): Promise<T> {
  const owner = `${process.pid} ${randomUUID()}`;
  const held = await acquire(path, owner);
  try {
    return await work();
  } finally {
    if (held && (await ownerOf(path)) === owner) await rm(path, { force: true });
  }
}

async function acquire(path: string, owner: string): Promise<boolean> {
  const deadline = performance.now() + WAIT_MS;
  while (performance.now() < deadline) {
    try {
      await writeFile(path, owner, { flag: "wx", mode: 0o600 });
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // EPERM: on Windows, a lock file that is just being removed.
      if (code !== "EEXIST" && code !== "EPERM") return false;
    }
    const holder = await ownerOf(path);
    if (holder !== null && (await isStale(path, holder))) await removeStaleLock(path, holder);
    else await pause();
  }
  return false;
}

async function isStale(path: string, holder: string): Promise<boolean> {
  const age = await ageOf(path);
  if (age > STALE_MS) return true;
  const pid = Number.parseInt(holder, 10);
  // Empty: between its creation and its owner's name, unless that owner died right there.
  if (!pid) return age > 1_000;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/**
 * Removes the lock of `holder`. One process at a time does so: a second one could remove what a third has taken in its
 * place.
 */
async function removeStaleLock(path: string, holder: string): Promise<void> {
  const turn = `${path}.removing`;
  try {
    await writeFile(turn, "", { flag: "wx", mode: 0o600 });
  } catch {
    if ((await ageOf(turn)) > ABANDONED_TURN_MS) await rm(turn, { force: true });
    return pause();
  }
  try {
    if ((await ownerOf(path)) === holder) await rm(path, { force: true });
  } finally {
    await rm(turn, { force: true });
  }
}

/** Milliseconds since a file was written; 0 when it is not there. */
export function ageOf(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, POLL_MS * (0.5 + Math.random())));
}

async function ownerOf(path: string): Promise<string | null> {
  return readFile(path, "utf8").catch(() => null);
}
