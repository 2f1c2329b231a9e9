import { basename, dirname } from "node:path";
import { createStream, type RotatingFileStream } from "rotating-file-stream";

const MAXIMUM_FILE_SIZE = "10M";
const KEPT_FILES = 10;
const FLUSH_INTERVAL_MS = 50;
const REOPEN_AFTER_MS = 5_000;

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
 * that fails loses lines, never a request: the file is tried again every 5 s.
 * @param onFailure called once for every outage, with the system's error code
 */
export function openRotatingFile(path: string, onFailure: (code: string) => void): RotatingFile {
  let stream: RotatingFileStream | null = null;
  let pending: string[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  let writing: Promise<void> = Promise.resolve();
  let failedAt = Number.NEGATIVE_INFINITY;
  let healthy = true;
  let lostLines = 0;

  const fail = (error: unknown) => {
    stream = null;
    failedAt = performance.now();
    if (healthy) onFailure((error as NodeJS.ErrnoException).code ?? "unknown error");
    healthy = false;
  };

  const open = () => {
    const opened = createStream((index) => basename(path) + (index ? `.${Number(index)}` : ""), {
      path: dirname(path),
      size: MAXIMUM_FILE_SIZE,
      rotate: KEPT_FILES,
      mode: 0o640,
    });
    opened.on("error", fail);
    return opened;
  };

  const flush = async (lines: string[]) => {
    if (lines.length === 0) return;
    const down = !stream && performance.now() - failedAt < REOPEN_AFTER_MS;
    const lost = down || (await append(lines.join("")));
    if (lost) lostLines += lines.length;
    else healthy = true;
  };

  const append = (text: string) =>
    new Promise<boolean>((done) => {
      stream ??= open();
      stream.once("error", () => done(true));
      stream.write(text, (error) => done(Boolean(error)));
    });

  const flushPending = () => {
    if (timer) clearTimeout(timer);
    timer = null;
    const lines = pending;
    pending = [];
    writing = writing.then(() => flush(lines));
    return writing;
  };

  return {
    write(line) {
      pending.push(line);
      timer ??= setTimeout(flushPending, FLUSH_INTERVAL_MS);
    },
    flush: flushPending,
    async close() {
      await flushPending();
      const closing = stream;
      stream = null;
      if (closing) await new Promise<void>((done) => closing.end(done));
    },
    get lostLines() {
      return lostLines;
    },
  };
}
