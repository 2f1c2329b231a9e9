import { join } from "node:path";
import pino, { type Level, multistream } from "pino";
import { prettyFactory } from "pino-pretty";
import type { Config } from "./config";
import { openRotatingFile } from "./log/rotating-file";

/** What `logs/login.log` records, each with the level at which the terminal shows it. */
const EVENTS = {
  login: "info",
  new_player: "info",
  refresh: "debug",
  replay_detected: "warn",
  rename: "info",
  picture_changed: "info",
  logout: "info",
  session_revoked: "info",
  refused: "info",
} as const satisfies Record<string, Level>;

export type AuthEvent = keyof typeof EVENTS;

/** Never a token, a code, a secret or an email. */
export type AuthEventDetails = {
  userId?: number | undefined;
  sessionId?: string | undefined;
  ip: string;
  requestId: string;
  /** The error code, for a refusal. */
  code?: string;
  /** Method and route of the request, as in `DELETE /api/sessions/:id`. */
  route?: string;
  device?: string | undefined;
  username?: string | undefined;
};

export type Log = {
  /** Records an authentication event in `login.log`. */
  event(event: AuthEvent, details: AuthEventDetails): void;
  debug(message: string, details?: object): void;
  info(message: string, details?: object): void;
  warn(message: string, details?: object): void;
  error(message: string, details?: object): void;
  /** Writes what is pending to `login.log`. */
  flush(): Promise<void>;
  close(): Promise<void>;
  /** Lines that a full or read-only disk has cost so far. */
  readonly lostLines: number;
};

/**
 * JSON lines to `<logDir>/login.log`, human lines to the terminal at the configured level.
 * @param terminal where the human lines go
 */
export function createLog(config: Pick<Config, "logDir" | "server">, terminal: NodeJS.WritableStream): Log {
  const file = openRotatingFile(
    join(config.logDir, "login.log"),
    (code) => human.warn({ code }, "login.log cannot be written; logins go on, lines are lost until it can"),
    (lines) => human.warn({ lines }, "login.log can be written again; these lines are lost"),
  );
  const readable = prettyFactory({
    singleLine: true,
    colorize: "isTTY" in terminal && Boolean(terminal.isTTY),
  });
  const human = pino(
    { level: config.server.logLevel, base: null, timestamp: timeOfDay, formatters: { log: escapeStrings } },
    { write: (line) => terminal.write(readable(line)) },
  );
  const audit = pino(
    {
      level: "debug",
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      messageKey: "message",
      formatters: { level: (level) => ({ level }), log: escapeStrings },
    },
    multistream([{ level: "debug", stream: file }]),
  );
  return {
    event(event, { userId, sessionId, requestId, ...rest }) {
      const line = { user_id: userId, session_id: sessionId, ...rest, request_id: requestId };
      audit[EVENTS[event]]({ event, ...line });
      human[EVENTS[event]](line, event);
    },
    debug: (message, details = {}) => human.debug(details, message),
    info: (message, details = {}) => human.info(details, message),
    warn: (message, details = {}) => human.warn(details, message),
    error: (message, details = {}) => human.error(details, message),
    flush: () => file.flush(),
    close: () => file.close(),
    get lostLines() {
      return file.lostLines;
    },
  };
}

/** pino's timestamp for people, in UTC. */
const timeOfDay = () => `,"time":"${new Date().toISOString().slice(11, 19)}"`;

/** Characters that could forge a line or drive a terminal: controls, C1, line separators, bidi marks. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

function escapeStrings(line: Record<string, unknown>): Record<string, unknown> {
  for (const [key, value] of Object.entries(line)) {
    if (typeof value === "string" && value.search(UNSAFE) >= 0) {
      line[key] = value.replace(UNSAFE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
    }
  }
  return line;
}
