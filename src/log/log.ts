import { join } from "node:path";
import pino, { type Level, type Logger, type LoggerOptions } from "pino";
import type { Config } from "../config/config";
import { escapeText } from "./escape";
import { createLineBudget } from "./line-budget";
import { openRotatingFile } from "./rotating-file";

/** What `logs/login.log` records, each with the level at which the terminal shows it. */
const EVENTS = {
  login: "info",
  new_player: "info",
  /** A login whose answer was lost, asked for again. */
  login_repeated: "info",
  refresh: "debug",
  /** The token before the last was sent once more, within the grace: a lost answer, or a thief. */
  refresh_repeated: "info",
  replay_detected: "warn",
  /** A refresh token of a bound session came without a proof of its key. The session lives on. */
  proof_refused: "warn",
  /** The key of a bound session proved itself with a token older than the one before the last. */
  stale_token_accepted: "info",
  rename: "info",
  picture_changed: "info",
  identity_linked: "info",
  identity_unlinked: "info",
  /** Two players became one: `user_id` was kept. */
  players_merged: "info",
  /** `reason` says what: a link, an unlink or a merge. */
  change_undone: "info",
  /** One of the studio's people did something to a player in the console; `reason` says what. */
  staff_action: "info",
  /** A player's ticket for a game server, and its use there. */
  join_ticket_made: "debug",
  join_ticket_redeemed: "debug",
  /** What a game server reported of a player, or of a match's players. */
  progress_changed: "debug",
  match_reported: "debug",
  transfer_code_made: "info",
  /** The player leaves: everybody is signed out, and a sign-in brings them back. */
  account_deleted: "info",
  account_restored: "info",
  account_exported: "info",
  terms_accepted: "info",
  age_band_set: "info",
  /** The player's answer to a device that shows a code. */
  device_allowed: "info",
  device_denied: "info",
  logout: "info",
  session_revoked: "info",
  /** Signed out because the player has more devices than they may have. */
  session_evicted: "info",
  refused: "info",
  /** A sign-in in the player's browser that ended without a code for the game. */
  sign_in_failed: "info",
  /** A request that failed on our side (5xx). */
  request_failed: "error",
  /** A webhook that its endpoint has not taken. */
  webhook_failed: "warn",
} as const satisfies Record<string, Level>;

type Event = keyof typeof EVENTS;

export type AuthEvent = Exclude<Event, "request_failed" | "webhook_failed">;

/** Never a token, a code, a secret or an email. */
export type AuthEventDetails = {
  userId?: number | undefined;
  sessionId?: string | undefined;
  /** The player who was merged into this one. */
  givenUpUserId?: number;
  /** Who of the studio did it, as a player. */
  staffId?: number;
  ip: string;
  requestId: string;
  /** The error code, for a refusal. */
  code?: string;
  /** How many refusals before this one were left out, so that a flood does not fill the file. */
  suppressed?: number;
  /** Method and route of the request, as in `DELETE /api/sessions/:id`. */
  route?: string;
  device?: string | undefined;
  /** The OAuth client that a player signs in to. */
  client?: string | undefined;
  /** A game server by its name, and the id of the key that it came with. */
  gameServer?: string;
  keyId?: string;
  /** A match by its server's id, and how many players it had. */
  matchId?: string | undefined;
  players?: number;
  /** Who vouched for the player. */
  provider?: string;
  username?: string | undefined;
  /** Why a sign-in in the browser failed: an error code of ours, or OAuth's `access_denied`; or what was replayed. */
  reason?: string;
};

/** A failure on our side, as codes and places. Never a message. */
export type FailureDetails = {
  requestId: string;
  route: string;
  ip: string;
  /** The error code that the client got. */
  code: string;
  /** What caused it: a code of the system, of PostgreSQL or of Google. */
  cause: string | undefined;
  /** The setting that is wrong, when it is known. */
  setting: string | undefined;
  /** Of an error that nobody expected: its class and its first frames. */
  kind?: string;
  at?: string;
};

/** A webhook that was not taken, by ids and codes. Never its address, for there may be a secret in that. */
export type WebhookFailureDetails = {
  endpointId: string;
  eventId: string;
  type: string;
  /** Which attempt it was, from 1. */
  attempt: number;
  /** `http_500`, `timeout`, or a code of the system. */
  cause: string;
  outcome: "put_off" | "given_up" | "endpoint_disabled";
};

export type Log = {
  /** Records an authentication event in `login.log`. */
  event(event: AuthEvent, details: AuthEventDetails): void;
  /** Records a failed request as `request_failed`: ten lines a minute of each kind, which then tell of the others. */
  failure(details: FailureDetails): void;
  /** Records a webhook that was not taken as `webhook_failed`: ten lines a minute of each endpoint and outcome. */
  webhookFailed(details: WebhookFailureDetails): void;
  debug(message: string, details?: object): void;
  info(message: string, details?: object): void;
  warn(message: string, details?: object): void;
  error(message: string, details?: object): void;
  /** Writes what another process of this server logged: whole lines. */
  relay(lines: { file: string; output: string }): void;
  /** Writes what is pending to `login.log`. */
  flush(): Promise<void>;
  close(): Promise<void>;
  /** Lines that a full or read-only disk has cost so far. */
  readonly lostLines: number;
};

/** Takes whole lines. */
export type LogOutput = { write(line: string): unknown; readonly isTTY?: boolean };

/** Where the lines of this process go. */
export type LogWriters = { output: LogOutput; openFile: typeof openRotatingFile };

/**
 * JSON lines to `<logDir>/login.log`. At the configured level, the same and the server's messages to the output: as
 * lines for people when it is a terminal, else (a pipe, a service manager) as JSON lines.
 * @param openFile opens `login.log`; a worker hands its lines on instead
 */
export function createLog(
  config: Pick<Config, "logDir" | "server">,
  output: LogOutput,
  openFile: LogWriters["openFile"] = openRotatingFile,
): Log {
  const file = openFile(
    join(config.logDir, "login.log"),
    (code) =>
      messages.warn({ code }, "login.log cannot be written; logins go on, lines are lost until it can"),
    (lines) => messages.warn({ lines }, "login.log can be written again; these lines are lost"),
  );
  const level = config.server.logLevel;
  const human = output.isTTY ? forPeople(output, level) : null;
  const messages = human ?? pino({ level, ...JSON_LINES }, output);
  const write = (event: Event, details: Record<string, unknown>) => {
    const eventLevel = EVENTS[event];
    escapeStrings(details);
    const line = `${JSON.stringify({ level: eventLevel, time: new Date(), event, ...details })}\n`;
    file.write(line);
    if (human) human[eventLevel](details, event);
    else if (messages.isLevelEnabled(eventLevel)) output.write(line);
  };
  const failureBudget = createLineBudget();
  const webhookBudget = createLineBudget();
  return {
    event(
      event,
      { userId, sessionId, givenUpUserId, staffId, gameServer, keyId, matchId, requestId, ...rest },
    ) {
      const ids = {
        user_id: userId,
        session_id: sessionId,
        given_up_user_id: givenUpUserId,
        staff_id: staffId,
        game_server: gameServer,
        server_key_id: keyId,
        match_id: matchId,
      };
      write(event, { ...ids, ...rest, request_id: requestId });
    },
    failure({ requestId, ...rest }) {
      const suppressed = failureBudget(`${rest.route} ${rest.code} ${rest.cause}`);
      if (suppressed === null) return;
      const others = suppressed > 0 ? { suppressed } : {};
      write("request_failed", { ...rest, ...others, request_id: requestId });
    },
    webhookFailed({ endpointId, eventId, ...rest }) {
      const suppressed = webhookBudget(`${endpointId} ${rest.outcome}`);
      if (suppressed === null) return;
      const others = suppressed > 0 ? { suppressed } : {};
      write("webhook_failed", { endpoint_id: endpointId, event_id: eventId, ...rest, ...others });
    },
    debug: (message, details = {}) => messages.debug(details, message),
    info: (message, details = {}) => messages.info(details, message),
    warn: (message, details = {}) => messages.warn(details, message),
    error: (message, details = {}) => messages.error(details, message),
    relay(lines) {
      for (const line of lines.file.split(/(?<=\n)/)) if (line) file.write(line);
      if (lines.output) output.write(lines.output);
    },
    flush: () => file.flush(),
    close: () => file.close(),
    get lostLines() {
      return file.lostLines;
    },
  };
}

const JSON_LINES: LoggerOptions = {
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  messageKey: "message",
  formatters: { level: (level) => ({ level }), log: escapeStrings },
};

/** The formatter takes its time to load, so only who reads its lines waits for it. */
function forPeople(terminal: LogOutput, level: Level): Logger {
  const { prettyFactory } = require("pino-pretty") as typeof import("pino-pretty");
  const readable = prettyFactory({ singleLine: true, colorize: true });
  return pino(
    { level, base: null, timestamp: timeOfDay, formatters: { log: escapeStrings } },
    { write: (line) => terminal.write(readable(line)) },
  );
}

/** pino's timestamp for people, in UTC. */
const timeOfDay = () => `,"time":"${new Date().toISOString().slice(11, 19)}"`;

function escapeStrings(line: Record<string, unknown>): Record<string, unknown> {
  for (const key in line) {
    const value = line[key];
    if (typeof value === "string") line[key] = escapeText(value);
  }
  return line;
}
