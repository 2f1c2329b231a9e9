import type { LogOutput } from "./log";

/** What a pipe takes in one piece (POSIX, PIPE_BUF), so that servers that share one never cut each other's lines. */
const BATCH_BYTES = 4_096;
const FLUSH_INTERVAL_MS = 50;

/**
 * Standard output: a terminal as it is, anything else in batches of whole lines, complete when the process ends. One
 * that is full or gone costs lines and nothing else.
 */
export function standardOutput(): LogOutput {
  const { stdout } = process;
  if (stdout.isTTY) return stdout;
  stdout.on("error", () => {});
  let pending = "";
  let pendingBytes = 0;
  let timer: ReturnType<typeof setTimeout> | null = null;
  const flush = () => {
    if (timer) clearTimeout(timer);
    timer = null;
    const lines = pending;
    pending = "";
    pendingBytes = 0;
    if (lines) stdout.write(lines);
  };
  process.on("exit", flush);
  return {
    write(line) {
      const bytes = Buffer.byteLength(line);
      if (pendingBytes + bytes > BATCH_BYTES) flush();
      pending += line;
      pendingBytes += bytes;
      timer ??= setTimeout(flush, FLUSH_INTERVAL_MS);
    },
  };
}
