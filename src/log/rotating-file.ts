import { type FileHandle, mkdir, open, rename, stat } from "node:fs/promises";
import { dirname } from "node:path";

const MAXIMUM_FILE_BYTES = 10 * 1024 * 1024;
const KEPT_FILES = 10;
const FLUSH_INTERVAL_MS = 50;
const RETRY_AFTER_MS = 5_000;

export type RotatingFile = {
  write(line: string): void;
  /** Writes what is pending. */
  flush(): Promise<void>;
  /** Writes what is pending and closes the file. */
  close(): Promise<void>;
  /** Lines lost because the disk was full, read-only or gone. */
  readonly lostLines: number;
};

/**
 * A log file rotated by size: `login.log`, then `login.log.1` … `.10`. Lines are written in batches. A disk
 * that fails loses whole lines, never half of one and never a request: the file is tried again after 5 s.
 * @param onFailure called once for every outage, with the system's error code
 * @param onRecovery called when it is over, with the number of lines that it cost
 */
export function openRotatingFile(
  path: string,
  onFailure: (code: string) => void,
  onRecovery: (lines: number) => void,
): RotatingFile {
  let file: FileHandle | null = null;
  let pending: string[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  let writing: Promise<void> = Promise.resolve();
  let failedAt: number | null = null;
  let lostLines = 0;
  let lostBefore = 0;

  const append = async (text: string) => {
    file ??= await openFile(path);
    let { size, ino } = await file.stat();
    if (size >= MAXIMUM_FILE_BYTES) {
      // Another process of this server may have made room already.
      if ((await stat(path)).ino === ino) await rotate(path);
      await release();
      file = await openFile(path);
      ({ size } = await file.stat());
    }
    try {
      await file.appendFile(text);
    } catch (error) {
      await file.truncate(size).catch(() => {});
      throw error;
    }
  };

  const release = async () => {
    const closing = file;
    file = null;
    await closing?.close();
  };

  const writeLines = async (lines: string[]) => {
    if (lines.length === 0) return;
    if (failedAt !== null && performance.now() - failedAt < RETRY_AFTER_MS) {
      lostLines += lines.length;
      return;
    }
    try {
      await append(lines.join(""));
      if (failedAt !== null) onRecovery(lostLines - lostBefore);
      failedAt = null;
      lostBefore = lostLines;
    } catch (error) {
      lostLines += lines.length;
      if (failedAt === null) onFailure((error as NodeJS.ErrnoException).code ?? "unknown error");
      failedAt = performance.now();
      await release().catch(() => {});
    }
  };

  const flush = () => {
    if (timer) clearTimeout(timer);
    timer = null;
    const lines = pending;
    pending = [];
    writing = writing.then(() => writeLines(lines));
    return writing;
  };

  return {
    write(line) {
      pending.push(line);
      timer ??= setTimeout(flush, FLUSH_INTERVAL_MS);
    },
    flush,
    async close() {
      await flush();
      await release();
    },
    get lostLines() {
      return lostLines;
    },
  };
}

async function openFile(path: string): Promise<FileHandle> {
  await mkdir(dirname(path), { recursive: true });
  return open(path, "a", 0o640);
}

/** `login.log` becomes `login.log.1`, and so on; the oldest goes. */
async function rotate(path: string): Promise<void> {
  const nameOf = (number: number) => (number === 0 ? path : `${path}.${number}`);
  for (let number = KEPT_FILES - 1; number >= 0; number--) {
    await rename(nameOf(number), nameOf(number + 1)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
  }
}
