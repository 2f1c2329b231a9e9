import type { Clock } from "./clock.ts";
import { AccountError, codeOfStatus, serverErrorCodes } from "./errors.ts";
import { parseConflict } from "./identity-conflict.ts";
import { type Session, sessionFromAnswer } from "./session.ts";

export type FetchLike = (input: Request | URL | string, init?: RequestInit) => Promise<Response>;
export type Answer = Record<string, unknown>;

const TIMEOUT_MS = 10_000;
const NO_CONTENT = 204;

/** The account server, as JSON in and out. Every failure is an AccountError. */
export class Http {
  readonly backendUrl: string;
  readonly fetch: FetchLike;
  readonly #clock: Clock;
  readonly #open = new Set<AbortController>();

  constructor(backendUrl: string, fetch: FetchLike, clock: Clock) {
    this.backendUrl = backendUrl;
    this.fetch = fetch;
    this.#clock = clock;
  }

  /**
   * Sends a request, with `body` as JSON when there is one, and gives back the answer's body. Waits 10 s at most.
   *
   * @throws AccountError `network_error`, `server_error`, or what the server answered.
   */
  async request(method: string, path: string, body?: Answer, send: FetchLike = this.fetch): Promise<Answer> {
    const abort = new AbortController();
    this.#open.add(abort);
    const timer = this.#clock.setTimeout(() => abort.abort(), TIMEOUT_MS);
    try {
      const response = await send(this.backendUrl + path, {
        method,
        ...(body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
        signal: abort.signal,
        // What is sent carries a token or a code, and is for this server alone.
        redirect: "error",
      });
      if (response.status === NO_CONTENT) return {};
      const answer: unknown = await response.json().catch(() => {
        if (abort.signal.aborted) throw abort.signal.reason;
      });
      const fields = (typeof answer === "object" && answer ? answer : {}) as Answer;
      if (response.ok && fields.status === "success") return fields;
      throw refusal(response, fields);
    } catch (error) {
      if (error instanceof AccountError) throw error;
      throw new AccountError("network_error", "The server cannot be reached.", { cause: error });
    } finally {
      this.#clock.clearTimeout(timer);
      this.#open.delete(abort);
    }
  }

  /** Logs in or refreshes. @throws AccountError */
  async postForSession(path: string, body: Answer): Promise<Session> {
    return this.sessionIn(await this.request("POST", path, body));
  }

  /** @throws AccountError `invalid_response` */
  sessionIn(answer: Answer): Session {
    const session = sessionFromAnswer(answer, this.#clock);
    if (session) return session;
    throw new AccountError("invalid_response", "The answer carries no session.");
  }

  close(): void {
    for (const abort of this.#open) abort.abort();
  }
}

function refusal(response: Response, answer: Answer): AccountError {
  const { status } = response;
  const {
    code,
    message,
    reason,
    next_change_at: next,
    request_id: requestId,
  } = answer as Record<string, string | undefined>;
  const retryAfterSeconds = Number(response.headers.get("retry-after")) || undefined;
  return new AccountError(
    serverErrorCodes.find((known) => known === code) ?? codeOfStatus(status),
    message ?? `The server answered ${status}.`,
    {
      status,
      reason,
      nextChangeAt: next ? new Date(next) : undefined,
      requestId,
      retryAfterSeconds,
      conflict: parseConflict(answer),
    },
  );
}
