import type { LogOutput, LogWriters } from "../log/log";
import { openRotatingFile } from "../log/rotating-file";
import { standardOutput } from "../log/standard-output";
import type { FirstProcess } from "./runtime";

const FLUSH_INTERVAL_MS = 50;

/** What a worker logged: whole lines for `login.log` and for standard output. */
export type LoggedLines = { file: string; output: string };

/** From a worker to the first process, which alone writes; it sends the number back. */
export type LinesMessage = { lines: LoggedLines; number: number };

/**
 * The log of a worker: everything goes to the first process. Once that is gone the worker writes for itself.
 * @param toFirstProcess this process, with its channel to the process that started this one
 */
export function forwardLog(toFirstProcess: FirstProcess): LogWriters {
  let pending: LoggedLines = { file: "", output: "" };
  let timer: ReturnType<typeof setTimeout> | null = null;
  let sent = 0;
  let received = 0;
  let waiting: { number: number; done: () => void }[] = [];

  const settle = (upTo: number) => {
    received = Math.max(received, upTo);
    for (const { number, done } of waiting) if (number <= received) done();
    waiting = waiting.filter(({ number }) => number > received);
  };
  const send = () => {
    if (timer) clearTimeout(timer);
    timer = null;
    const lines = pending;
    if (!lines.file && !lines.output) return;
    const message: LinesMessage = { lines, number: sent + 1 };
    // Refused once the channel is closed; "disconnect" follows and finds the lines still here.
    if (!toFirstProcess.send?.(message)) return;
    pending = { file: "", output: "" };
    sent++;
  };
  const add = (to: keyof LoggedLines, line: string) => {
    pending[to] += line;
    timer ??= setTimeout(send, FLUSH_INTERVAL_MS);
  };
  const flush = async () => {
    send();
    if (received < sent) await new Promise<void>((done) => waiting.push({ number: sent, done }));
  };

  let ownOutput: LogOutput | null = null;
  let writeForItself = () => {};
  toFirstProcess.on("message", ({ number }: { number?: number }) => {
    if (number !== undefined) settle(number);
  });
  const takeOver = () => {
    if (timer) clearTimeout(timer);
    timer = null;
    ownOutput = standardOutput();
    if (pending.output) ownOutput.write(pending.output);
    writeForItself();
    settle(sent);
  };
  toFirstProcess.on("disconnect", takeOver);
  if (!toFirstProcess.connected) takeOver();

  return {
    output: {
      isTTY: toFirstProcess.stdout.isTTY,
      write: (line) => (ownOutput ? ownOutput.write(line) : add("output", line)),
    },
    openFile(...where) {
      let own: ReturnType<typeof openRotatingFile> | null = null;
      writeForItself = () => {
        own = openRotatingFile(...where);
        if (pending.file) own.write(pending.file);
      };
      if (ownOutput) writeForItself();
      return {
        write: (line) => (own ? own.write(line) : add("file", line)),
        flush: () => (own ? own.flush() : flush()),
        close: () => (own ? own.close() : flush()),
        get lostLines() {
          return own?.lostLines ?? 0;
        },
      };
    },
  };
}
