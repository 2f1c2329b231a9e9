import type { Clock } from "./clock.ts";
import { AccountError, codeOfStatus, serverErrorCodes } from "./errors.ts";
import { loadOnDemand } from "./load-on-demand.ts";
import { type Session, sessionFromAnswer } from "./session.ts";

export type FetchLike = (input: Request | URL | string, init?: RequestInit) => Promise<Response>;
export type Answer = Record<string, unknown>;

const TIMEOUT_MS = 10_000;
const NO_CONTENT = 204;

/** The account server, as JSON in and out. Every failure is an AccountError. */
export class Http {
  readonly backendUrl: string;
  readonly fetch: FetchLike;
  readonly clock: Clock;
  /** The key of this device, where there is one. */
  readonly keyPair: (() => Promise<CryptoKeyPair>) | undefined;
  readonly warn: (message: string, error: unknown) => void;
  /** The last nonce for proofs, and when it came. Monotonic. */
  declare nonce?: { readonly value: string; readonly atMs: number };
  readonly #open = new Set<AbortController>();

  constructor(
    backendUrl: string,
    fetch: FetchLike,
    clock: Clock,
    keyPair: Http["keyPair"],
    warn: Http["warn"],
  ) {
    this.backendUrl = backendUrl;
    this.fetch = fetch;
    this.clock = clock;
    this.keyPair = keyPair;
    this.warn = warn;
  }

  /**
   * The fetch for requests with a token of `session`, or for a sign-in: with a proof of this device's key where one is
   * due (RFC 9449). A sign-in does without what cannot be loaded.
   */
  senderFor(session?: Session): FetchLike {
    if (session ? !session.bound : !this.keyPair) return this.fetch;
    return async (...request) => {
      const parts = await loadOnDemand().catch((error) => {
        if (session) throw error;
      });
      return parts ? parts.fetchWithProof(this, session, ...request) : this.fetch(...request);
    };
  }

  /**
   * Sends a request, with `body` as JSON when there is one, and gives back the answer's body. Waits 10 s at most.
   *
   * @throws AccountError `network_error`, `server_error`, or what the server answered.
   */
  async request(method: string, path: string, body?: Answer, send: FetchLike = this.fetch): Promise<Answer> {
    const abort = new AbortController();
    this.#open.add(abort);
    const timer = this.clock.setTimeout(() => abort.abort(), TIMEOUT_MS);
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
      this.clock.clearTimeout(timer);
      this.#open.delete(abort);
    }
  }

  /** Logs in, or refreshes `before`. @throws AccountError */
  async postForSession(path: string, body: Answer, before?: Session): Promise<Session> {
    return this.sessionIn(await this.request("POST", path, body, this.senderFor(before)), before);
  }

  /** @throws AccountError `invalid_response` */
  sessionIn(answer: Answer, before?: Session): Session {
    const session = sessionFromAnswer(answer, this.clock, before?.bound || undefined);
    if (session) return session;
    throw new AccountError("invalid_response", "The answer has no session.");
  }

  close(): void {
    for (const abort of this.#open) abort.abort();
  }
}

function refusal(response: Response, answer: Answer): AccountError {
  const { status } = response;
  const { code, message, reason, request_id: requestId } = answer as Record<string, string | undefined>;
  const retryAfterSeconds = Number(response.headers.get("retry-after")) || undefined;
  const known = serverErrorCodes.find((own) => own === code);
  return new AccountError(known ?? codeOfStatus(status), message ?? `The server answered ${status}.`, {
    status,
    reason,
    requestId,
    retryAfterSeconds,
    // Of an answer that is none of the server's refusals nobody knows what is in it.
    answer: known && answer,
  });
}
