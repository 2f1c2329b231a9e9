import { type FileHandle, mkdir, open, rename, stat } from "node:fs/promises";
import { dirname } from "node:path";

const MAXIMUM_FILE_BYTES = 10 * 1024 * 1024;
const KEPT_FILES = 10;
const FLUSH_INTERVAL_MS = 50;
const RETRY_AFTER_MS = 5_000;

/** Where lines go that must be kept. */
export type LineFile = {
  write(line: string): void;
  /** Writes what is pending. */
  flush(): Promise<void>;
  /** Writes what is pending and closes the file. */
  close(): Promise<void>;
  /** Lines lost because the disk was full, read-only or gone. */
  readonly lostLines: number;
};

/**
 * A log file rotated by size: `login.log`, then `login.log.1` … `.10`. Lines are written in batches. A file that was
 * moved or deleted is made again with the next batch. A disk that fails loses whole lines, never half of one and
 * never a request: the file is tried again after 5 s.
 *
 * One process writes a file. Others may append to it (two servers with one folder), but lines may then be lost in the
 * moment of a rotation.
 * @param onFailure called once for every outage, with the system's error code
 * @param onRecovery called when it is over, with the number of lines that it cost
 */
export function openRotatingFile(
  path: string,
  onFailure: (code: string) => void,
  onRecovery: (lines: number) => void,
): LineFile {
  let file: FileHandle | null = null;
  let pending: string[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  let writing: Promise<void> = Promise.resolve();
  let failedAt: number | null = null;
  let lostLines = 0;
  let lostBefore = 0;

  const append = async (text: string) => {
    if (file && !(await isAt(file, path))) await release();
    file ??= await openFile(path);
    let { size } = await file.stat();
    if (size >= MAXIMUM_FILE_BYTES) {
      await rotate(path);
      await release();
      file = await openFile(path);
      ({ size } = await file.stat());
    }
    try {
      await file.appendFile(text);
    } catch (error) {
      await takeBack(file, size, Buffer.byteLength(text)).catch(() => {});
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

/** Whether an open file is still the one of that name: it may have been moved, deleted or rotated by somebody else. */
async function isAt(file: FileHandle, path: string): Promise<boolean> {
  const [ours, named] = await Promise.all([file.stat(), stat(path).catch(() => null)]);
  return named !== null && named.ino === ours.ino && named.dev === ours.dev;
}

/** Cuts off the beginning of a text that did not fit, unless somebody else has written since. */
async function takeBack(file: FileHandle, size: number, bytes: number): Promise<void> {
  const grown = (await file.stat()).size - size;
  if (grown > 0 && grown < bytes) await file.truncate(size);
}
