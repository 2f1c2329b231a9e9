import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { createKeyText, readKeyText } from "./key-text.ts";
import { ageOf, withLockFile } from "./lock-file.ts";
import type { AccountStorage } from "./storage.ts";

const TEMPORARY = ".tmp";
const ABANDONED_MS = 60_000;
const RENAME_TRIES = 10;
/** Looking works on every file system; the events of fs.watch do not. */
const WATCH_INTERVAL_MS = 300;

/**
 * One file per key in `folder`, readable by the player alone, shared by every process of the game.
 *
 * @param folder may be a function, which may throw: that is then an error of each call.
 */
export function fileStorage(folder: string | (() => string)): AccountStorage {
  const folderName = () => (typeof folder === "string" ? folder : folder());
  const pathOf = (key: string, suffix: string) =>
    join(folderName(), key.replace(/[^A-Za-z0-9.-]+/g, "_") + suffix);
  return {
    async get(key) {
      const path = pathOf(key, ".json");
      await removeAbandoned(path);
      return readFile(path, "utf8").catch(nullIfMissing);
    },
    async set(key, value) {
      await makeFolder(folderName());
      await replaceFile(pathOf(key, ".json"), value);
    },
    async remove(key) {
      await rm(pathOf(key, ".json"), { force: true });
    },
    async lock(name, work) {
      // A folder that cannot be made is told of by `set`.
      const lockable = await Promise.resolve()
        .then(() => makeFolder(folderName()))
        .then(
          () => true,
          () => false,
        );
      return lockable ? withLockFile(pathOf(name, ".lock"), work) : work();
    },
    async keyPair(key) {
      await makeFolder(folderName());
      const path = pathOf(key, ".key");
      const read = async () => readKeyText(await readFile(path, "utf8").catch(nullIfMissing));
      const kept = await read();
      if (kept) return kept;
      return withLockFile(`${path}.lock`, async () => {
        await removeAbandoned(path);
        const first = await read();
        if (first) return first;
        const text = await createKeyText();
        await replaceFile(path, text);
        return (await readKeyText(text)) as CryptoKeyPair;
      });
    },
    watch(key, changed) {
      let path: string;
      try {
        path = pathOf(key, ".json");
      } catch {
        // A folder that there is not is told of by `get`.
        return undefined;
      }
      let before: string | undefined;
      const look = async () => {
        const now = await stat(path).then(
          ({ mtimeMs, ino, size }) => `${mtimeMs} ${ino} ${size}`,
          () => "none",
        );
        if (before !== undefined && now !== before) changed();
        before = now;
      };
      void look();
      const timer = setInterval(look, WATCH_INTERVAL_MS);
      timer.unref();
      return () => clearInterval(timer);
    },
  };
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

/** Whoever reads `path` meanwhile, or after a power cut, finds the old contents or the new. */
async function replaceFile(path: string, value: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}${TEMPORARY}`;
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(value);
      await file.sync();
    } finally {
      await file.close();
    }
    await renamePatiently(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Windows refuses to replace a file that somebody is just reading. */
async function renamePatiently(from: string, to: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await rename(from, to);
    } catch (error) {
      const busy = ["EPERM", "EACCES", "EBUSY"].includes((error as NodeJS.ErrnoException).code ?? "");
      if (!busy || process.platform !== "win32" || tries === RENAME_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10 * tries));
    }
  }
}

/** Makes the rename durable where a folder can be opened. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => null);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

/** A killed process may leave a temporary file, which holds a session. */
async function removeAbandoned(path: string): Promise<void> {
  const folder = dirname(path);
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(`${basename(path)}.`) || !name.endsWith(TEMPORARY)) continue;
    const temporary = join(folder, name);
    if ((await ageOf(temporary)) > ABANDONED_MS) await rm(temporary, { force: true });
  }
}

function nullIfMissing(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT") return null;
  throw error;
}
