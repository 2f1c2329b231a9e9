import type { PlayerProgress } from "./types.ts";

export interface AccountServerErrorDetails {
  /** HTTP status, when the account server answered. */
  status?: number | undefined;
  /** The progress as it is (`version_conflict`). */
  player?: PlayerProgress | undefined;
  /** What of the request does not fit (`validation_failed`, `not_found`, `progress_out_of_range`). */
  fields?: { path: string; message: string }[] | undefined;
  /** Seconds to wait before trying again, when the account server said so. */
  retryAfterSeconds?: number | undefined;
  /** Names the request in the account server's log. */
  requestId?: string | undefined;
  /** With which the same report may be sent again, also after a restart: it counts once. */
  idempotencyKey?: string | undefined;
  cause?: unknown;
}

/**
 * Why the account server did not do what was asked. `code` is its own (`invalid_ticket`, `version_conflict`, …),
 * `network_error`, or `invalid_response`. Carries no token, no ticket and no key.
 */
export class AccountServerError extends Error {
  override name = "AccountServerError";
  declare readonly status?: AccountServerErrorDetails["status"];
  declare readonly player?: AccountServerErrorDetails["player"];
  declare readonly fields?: AccountServerErrorDetails["fields"];
  declare readonly retryAfterSeconds?: AccountServerErrorDetails["retryAfterSeconds"];
  declare readonly requestId?: AccountServerErrorDetails["requestId"];
  declare readonly idempotencyKey?: AccountServerErrorDetails["idempotencyKey"];

  constructor(
    readonly code: string,
    message: string,
    { cause, ...details }: AccountServerErrorDetails = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    Object.assign(this, details);
  }
}
