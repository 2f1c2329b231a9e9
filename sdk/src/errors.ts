import type { IdentityConflict } from "./identity-conflict.ts";

/** Codes of failures that this SDK finds by itself. */
export const clientErrorCodes = [
  // Signing in
  "access_denied",
  "browser_not_opened",
  "callback_invalid",
  "cancelled",
  "code_unavailable",
  "crypto_unavailable",
  "login_timeout",
  "origin_unsupported",
  "popup_blocked",
  "port_busy",
  "provider_error",
  "redirect_in_frame",
  "state_mismatch",
  "window_missing",
  // The options
  "option_invalid",
  // The session
  "disposed",
  "not_logged_in",
  // Reaching the server
  "invalid_response",
  "network_error",
  "request_failed",
  "server_error",
] as const;

/** Codes that the account server answers with. A code that is not listed is told by its HTTP status, as {@link codeOfStatus} says. */
export const serverErrorCodes = [
  "account_disabled",
  "authorization_expired",
  "client_outdated",
  "google_audience_mismatch",
  "google_token_invalid",
  "google_unavailable",
  "identity_in_use",
  "invalid_dpop_proof",
  "invalid_grant",
  "invalid_token",
  "last_identity",
  "maintenance",
  "not_found",
  "provider_audience_mismatch",
  "provider_token_invalid",
  "provider_unavailable",
  "provider_unavailable_now",
  "rate_limited",
  "redirect_uri_invalid",
  "terms_required",
  "undo_conflict",
  "username_cooldown",
  "username_invalid",
  "username_taken",
  "validation_failed",
] as const;

/** Every code that an {@link AccountError} can carry. Codes are added, never renamed or removed. */
export const accountErrorCodes = [...clientErrorCodes, ...serverErrorCodes] as const;

export type AccountErrorCode = (typeof accountErrorCodes)[number];

/** What the server says beside the code, as it says it: times are ISO 8601, in UTC. */
export interface AccountErrorAnswer {
  /** When the maintenance is to be over, where that is known (`maintenance`). */
  readonly until?: string | null;
  /** The oldest version of the game that is let in (`client_outdated`). */
  readonly minimum?: string;
  /** Which terms the player has to accept (`terms_required`). */
  readonly version?: string;
  /** Where those terms are, or a newer version of the game. */
  readonly url?: string | null;
}

export interface AccountErrorDetails {
  /** HTTP status, when the server answered. */
  status?: number | undefined;
  /** Why a name was refused (`username_invalid`), or what the sign-in page answered (`provider_error`). */
  reason?: string | undefined;
  /** When the name may be changed again (`username_cooldown`). */
  nextChangeAt?: Date | undefined;
  /** Seconds to wait before trying again, when the server said so. */
  retryAfterSeconds?: number | undefined;
  /** Of `maintenance`, `client_outdated` and `terms_required`. */
  answer?: AccountErrorAnswer | undefined;
  /** Both players, of an account that is another player's (`identity_in_use`). */
  conflict?: IdentityConflict | undefined;
  /** Names this request in the server's log. */
  requestId?: string | undefined;
  cause?: unknown;
}

/** The one error of this SDK. Branch on `code`; `message` is for people. Carries no token. */
export class AccountError extends Error {
  override name = "AccountError";
  declare readonly status?: AccountErrorDetails["status"];
  declare readonly reason?: AccountErrorDetails["reason"];
  declare readonly nextChangeAt?: AccountErrorDetails["nextChangeAt"];
  declare readonly retryAfterSeconds?: AccountErrorDetails["retryAfterSeconds"];
  declare readonly answer?: AccountErrorDetails["answer"];
  declare readonly conflict?: AccountErrorDetails["conflict"];
  declare readonly requestId?: AccountErrorDetails["requestId"];

  constructor(
    readonly code: AccountErrorCode,
    message: string,
    { cause, ...details }: AccountErrorDetails = {},
  ) {
    super(message, cause ? { cause } : undefined);
    Object.assign(this, details);
  }
}

/** The code for an answer whose own code, if it has one, is unknown here. */
export function codeOfStatus(status: number): AccountErrorCode {
  if (status < 300) return "invalid_response";
  return status < 500 ? "request_failed" : "server_error";
}

export function cancelled(): AccountError {
  return new AccountError("cancelled", "Given up.");
}

export function loginTimeout(seconds: number): AccountError {
  return new AccountError("login_timeout", `No sign-in within ${seconds} s.`);
}

export function browserNotOpened(cause: unknown): AccountError {
  return new AccountError("browser_not_opened", "No browser could be opened.", { cause });
}

/** Any thrown value as an AccountError. */
export function toAccountError(thrown: unknown): AccountError {
  return thrown instanceof AccountError
    ? thrown
    : new AccountError("request_failed", "Unexpected failure.", { cause: thrown });
}
