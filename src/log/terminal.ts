import type { Level } from "pino";

export type Terminal = {
  /** Shows a message with its details on one line, unless its level is too low. */
  line(level: Level, message: string, details: object): void;
  /** Shows what is pending. */
  flush(): void;
};

const LEVELS: Record<Level, { order: number; colour: number }> = {
  trace: { order: 0, colour: 90 },
  debug: { order: 1, colour: 34 },
  info: { order: 2, colour: 32 },
  warn: { order: 3, colour: 33 },
  error: { order: 4, colour: 31 },
  fatal: { order: 5, colour: 31 },
};
const CYAN = 36;
const GREY = 90;

/**
 * Lines for people: `[12:34:56] INFO: login {"user_id":7}`, the time in UTC, in colour where the terminal has any.
 * The lines of one turn of the event loop leave in one write.
 * @param lowest the lowest level that is shown
 */
export function openTerminal(stream: NodeJS.WritableStream, lowest: Level): Terminal {
  const coloured = "isTTY" in stream && Boolean(stream.isTTY);
  const paint = (text: string, colour: number) => (coloured ? `\u001b[${colour}m${text}\u001b[39m` : text);
  let pending = "";

  const flush = () => {
    if (pending) stream.write(pending);
    pending = "";
  };
  return {
    line(level, message, details) {
      if (LEVELS[level].order < LEVELS[lowest].order) return;
      if (!pending) setImmediate(flush);
      const time = new Date().toISOString().slice(11, 19);
      const label = paint(level.toUpperCase(), LEVELS[level].colour);
      const json = JSON.stringify(details);
      pending += `[${time}] ${label}: ${paint(message, CYAN)}${json === "{}" ? "" : ` ${paint(json, GREY)}`}\n`;
    },
    flush,
  };
}
