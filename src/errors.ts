/** Every error that the app answers with: its stable code, its status and its sentence. */
export const ERRORS = {
  validation_failed: [400, "The request does not have the expected shape."],
  provider_unavailable: [400, "This way to sign in is not available here."],
  redirect_uri_invalid: [400, "The redirect_uri is neither loopback nor configured."],
  authorization_expired: [400, "This sign-in is unknown, too old or was used before."],
  use_dpop_nonce: [400, "The DPoP proof needs the nonce that comes with this answer."],
  unauthorized: [401, "This request needs an access token."],
  invalid_token: [401, "The access token is invalid, expired or revoked."],
  invalid_grant: [401, "The refresh token is not valid."],
  reauth_required: [401, "This needs a fresh sign-in, or a proof as for one."],
  invalid_dpop_proof: [401, "The DPoP proof is missing, wrong or was sent before."],
  invalid_ticket: [401, "The join ticket is not valid."],
  google_token_invalid: [401, "Google does not vouch for this sign-in."],
  google_audience_mismatch: [401, "This Google token was issued to another application."],
  provider_token_invalid: [401, "The provider does not vouch for this sign-in."],
  provider_audience_mismatch: [401, "This sign-in was made for another application."],
  account_disabled: [403, "This account is disabled."],
  user_banned: [403, "This player is banned."],
  terms_required: [403, "The terms of the game have to be accepted first."],
  insufficient_scope: [403, "This access token was given to an application that may not do this."],
  not_found: [404, "There is nothing here."],
  method_not_allowed: [405, "This method is not allowed here."],
  request_timeout: [408, "The request body did not arrive in time."],
  username_taken: [409, "Another player has this name or one that looks like it."],
  identity_in_use: [409, "Another player signs in with this account already."],
  undo_conflict: [409, "This cannot be taken back any more: somebody else has the account by now."],
  age_band_set: [409, "The player has said another age band before; the studio can change it."],
  username_cooldown: [409, "The name was changed too recently to be changed again."],
  version_conflict: [409, "The progress has changed since; the answer has it as it is."],
  idempotency_key_in_use: [409, "The first request with this Idempotency-Key is still under way."],
  precondition_failed: [412, "This request needs an If-Match with the version that it is about."],
  payload_too_large: [413, "The request body is larger than this route takes."],
  unsupported_media_type: [415, "The request body must be application/json."],
  username_invalid: [422, "This name cannot be used."],
  last_identity: [422, "A player needs one way to sign in."],
  idempotency_key_reused: [422, "This Idempotency-Key was used for another request."],
  progress_out_of_range: [422, "A figure of the progress cannot be what it would become."],
  client_outdated: [426, "This version of the game is too old; update it."],
  rate_limited: [429, "Too many requests; try again later."],
  header_too_large: [431, "A request header is too large."],
  internal_error: [500, "Something went wrong on our side."],
  maintenance: [503, "The game is down for maintenance; try again later."],
  google_unavailable: [503, "Google does not answer; try again shortly."],
  provider_unavailable_now: [503, "The provider does not answer; try again shortly."],
  temporarily_unavailable: [503, "This server cannot tell yet whether the token is good; try again shortly."],
  database_unavailable: [503, "The server cannot reach its database; try again shortly."],
} as const satisfies Record<string, readonly [status: number, message: string]>;

export type ErrorCode = keyof typeof ERRORS;

export type ApiErrorOptions = {
  /** Replaces the code's general sentence; shown to the client. */
  message?: string;
  /** Extra members of the answer's body, as `docs/wire.md` names them. */
  fields?: Record<string, unknown>;
  /** Seconds for `Retry-After`. */
  retryAfterSeconds?: number;
  /** What went wrong on our side, as an error or as a code; for the log alone. */
  cause?: unknown;
  /** The setting that an operator has to look at; for the log alone. */
  setting?: string;
};

/** The one error that use-cases throw and clients see. Carries no secret and nothing the client sent. */
export class ApiError extends Error {
  override name = "ApiError";
  readonly status: number;
  readonly fields: Record<string, unknown>;
  readonly retryAfterSeconds: number | undefined;
  readonly setting: string | undefined;

  constructor(
    readonly code: ErrorCode,
    options: ApiErrorOptions = {},
  ) {
    super(options.message ?? ERRORS[code][1], { cause: options.cause });
    this.status = ERRORS[code][0];
    this.fields = options.fields ?? {};
    this.setting = options.setting;
    this.retryAfterSeconds = options.retryAfterSeconds ?? (this.status === 503 ? 5 : undefined);
  }
}
