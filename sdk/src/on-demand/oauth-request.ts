import type { Clock } from "../clock.ts";
import type { AccountError, AccountErrorCode } from "../errors.ts";
import type { Answer, FetchLike } from "../http.ts";
import { elapsedMs, momentOf } from "./elapsed.ts";
import type { Host } from "./host.ts";

const FORM = "application/x-www-form-urlencoded";
const TIMEOUT_MS = 10_000;
/** Timers stand still while a device sleeps. */
const LOOK_EVERY_MS = 1_000;

/** What an OAuth endpoint answered (RFC 6749 §5). */
export interface OAuthAnswer {
  readonly status: number;
  readonly fields: Answer;
  /** How long the server asked to wait. */
  readonly retryAfterSeconds: number | undefined;
  readonly requestId: string | undefined;
}

export interface OAuthRequest {
  readonly signal: AbortSignal;
  /** Default: without a proof. */
  readonly send?: FetchLike;
  /** How long the server may hold the answer back (RFC 7240 §4.3). Default 0. */
  readonly waitSeconds?: number;
}

/**
 * Posts a form to an OAuth endpoint of the account server. An answer that is 10 s late, by whichever clock, is no longer
 * waited for: the device may have slept.
 *
 * @throws AccountError `network_error`, or the reason of the abort.
 */
export async function postForm(
  { AccountError, http }: Host,
  path: string,
  form: Record<string, string>,
  { signal, send = http.fetch, waitSeconds = 0 }: OAuthRequest,
): Promise<OAuthAnswer> {
  const patience = impatient(http.clock, waitSeconds * 1000 + TIMEOUT_MS, signal);
  try {
    const response = await send(http.backendUrl + path, {
      method: "POST",
      headers: { "content-type": FORM, ...(waitSeconds && { prefer: `wait=${waitSeconds}` }) },
      body: String(new URLSearchParams(form)),
      signal: patience.signal,
      // What is sent carries a code, and is for this server alone.
      redirect: "error",
    });
    const fields: unknown = await response.json().catch(() => patience.signal.throwIfAborted());
    return {
      status: response.status,
      fields: (typeof fields === "object" && fields ? fields : {}) as Answer,
      retryAfterSeconds: Number(response.headers.get("retry-after")) || undefined,
      requestId: response.headers.get("x-request-id") ?? undefined,
    };
  } catch (cause) {
    signal.throwIfAborted();
    throw new AccountError("network_error", "The server cannot be reached.", { cause });
  } finally {
    patience.end();
  }
}

/** Whether the same request may be answered otherwise in a while. */
export function isTemporary({ status }: OAuthAnswer): boolean {
  return status >= 500 || status === 429 || status === 408;
}

/** The error of an answer that nobody expected. */
export function refusalOf({ AccountError }: Host, answer: OAuthAnswer): AccountError {
  const { status, fields, retryAfterSeconds, requestId } = answer;
  const { error, error_description: description } = fields;
  const message = typeof description === "string" ? description : `The server answered ${status}.`;
  const code = error === "invalid_grant" ? error : codeOf(status);
  return new AccountError(code, message, { status, retryAfterSeconds, requestId });
}

function codeOf(status: number): AccountErrorCode {
  if (status < 300) return "invalid_response";
  if (status === 429) return "rate_limited";
  return status < 500 ? "request_failed" : "server_error";
}

/** A signal that is aborted with `given`, or after so many milliseconds, a sleep of the device included. */
function impatient(clock: Clock, milliseconds: number, given: AbortSignal) {
  const abort = new AbortController();
  const start = momentOf(clock);
  const follow = () => abort.abort(given.reason);
  let timer: unknown;
  const look = () => {
    if (elapsedMs(clock, start) < milliseconds) timer = clock.setTimeout(look, LOOK_EVERY_MS);
    else abort.abort();
  };
  look();
  if (given.aborted) follow();
  given.addEventListener("abort", follow);
  return {
    signal: abort.signal,
    end() {
      clock.clearTimeout(timer);
      given.removeEventListener("abort", follow);
    },
  };
}
