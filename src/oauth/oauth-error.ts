import { ApiError, type ErrorCode } from "../errors";

/**
 * Every error of the OAuth endpoints: its status, its sentence, and which of our own errors it is to the log and the
 * limits. RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1, RFC 7009 §2.2.1, RFC 8628 §3.5, RFC 9449 §5, OpenID Connect Core
 * §3.1.2.6.
 */
export const OAUTH_ERRORS = {
  invalid_request: [400, "The request does not have the expected shape.", "validation_failed"],
  invalid_client: [400, "There is no such client.", "unauthorized"],
  invalid_grant: [400, "The code or token is not valid.", "invalid_grant"],
  unauthorized_client: [400, "This client may not do that.", "validation_failed"],
  unsupported_grant_type: [400, "There is no such grant type here.", "validation_failed"],
  unsupported_response_type: [400, "The response type must be code.", "validation_failed"],
  unsupported_token_type: [400, "There is no such token type here.", "validation_failed"],
  invalid_scope: [400, "The scope is more than was granted, or not well formed.", "validation_failed"],
  access_denied: [400, "The player said no.", "validation_failed"],
  login_required: [400, "The player has to sign in on a page.", "validation_failed"],
  request_not_supported: [400, "Request objects are not supported.", "validation_failed"],
  request_uri_not_supported: [400, "Request objects are not supported.", "validation_failed"],
  registration_not_supported: [400, "Clients are registered by the operator.", "validation_failed"],
  authorization_pending: [400, "The player has not confirmed yet.", "validation_failed"],
  slow_down: [400, "The client asks too often.", "validation_failed"],
  expired_token: [400, "The code has expired.", "validation_failed"],
  use_dpop_nonce: [400, "The DPoP proof needs the nonce that comes with this answer.", "use_dpop_nonce"],
  invalid_dpop_proof: [400, "The DPoP proof is missing, wrong or was sent before.", "invalid_dpop_proof"],
  invalid_token: [401, "The token is invalid, expired or revoked.", "invalid_token"],
  insufficient_scope: [403, "The token or key was not given for this.", "insufficient_scope"],
  /** Not OAuth's (RFC 6749 §8.5): none of its own says that the client has to be updated, and the grant is still good. */
  client_outdated: [426, "This version of the game is too old; update it.", "client_outdated"],
  temporarily_unavailable: [503, "Try again shortly.", "temporarily_unavailable"],
  server_error: [500, "Something went wrong on our side.", "internal_error"],
} as const satisfies Record<string, readonly [status: number, sentence: string, code: ErrorCode]>;

export type OAuthErrorCode = keyof typeof OAUTH_ERRORS;

export type OAuthErrorOptions = {
  /** Replaces the error's general sentence; shown to the client's developer. Never what the client sent. */
  description?: string;
  /** Replaces the error's usual status. */
  status?: number;
  /** Seconds for `Retry-After`. */
  retryAfterSeconds?: number;
  /** Members of the body beside OAuth's own. */
  fields?: Record<string, unknown>;
};

/** An error in OAuth's own words: what use-cases of the OAuth endpoints throw beside {@link ApiError}. */
export class OAuthError extends ApiError {
  override name = "OAuthError";
  override readonly status: number;

  constructor(
    readonly error: OAuthErrorCode,
    { description, status, ...options }: OAuthErrorOptions = {},
  ) {
    const [usual, sentence, code] = OAUTH_ERRORS[error];
    super(code, { message: description ?? sentence, cause: error, ...options });
    this.status = status ?? usual;
  }
}

/** Our own errors that have another name in OAuth; a 4xx that is not here is `invalid_request`. */
const NAMES: Partial<Record<ErrorCode, OAuthErrorCode>> = {
  invalid_grant: "invalid_grant",
  account_disabled: "invalid_grant",
  provider_unavailable: "invalid_grant",
  unauthorized: "invalid_token",
  invalid_token: "invalid_token",
  insufficient_scope: "insufficient_scope",
  use_dpop_nonce: "use_dpop_nonce",
  invalid_dpop_proof: "invalid_dpop_proof",
  rate_limited: "temporarily_unavailable",
  client_outdated: "client_outdated",
  maintenance: "temporarily_unavailable",
  internal_error: "server_error",
};

/** Of our errors those that keep their status, since OAuth has none for them. */
const OWN_STATUS = new Set([401, 403, 404, 405, 408, 413, 415, 429, 431, 500, 503]);

/** What a game has to tell its player apart from a failure: the body says it as that of `POST /api/login` does. */
const FOR_PLAYERS = new Set<ErrorCode>(["maintenance", "client_outdated", "account_disabled"]);

/** What is neither a quotation mark, nor a backslash, nor outside of ASCII (RFC 6749 §5.2). */
const NOT_IN_DESCRIPTIONS = /[^\x20\x21\x23-\x5b\x5d-\x7e]/g;

/**
 * The error that an error is in OAuth, with the status that it is answered with.
 * @param ofResource whether a protected resource is asked, which answers a bad proof with 401 (RFC 9449 §7.1), and not the
 * token endpoint, which does with 400 (§5)
 */
export function toOAuthError(error: ApiError, ofResource = false): OAuthError {
  if (error instanceof OAuthError) return error;
  const name = NAMES[error.code] ?? (error.status >= 500 ? "temporarily_unavailable" : "invalid_request");
  const usual = OAUTH_ERRORS[name][0];
  const keepsStatus =
    usual !== 400 || ofResource || (name === "invalid_request" && OWN_STATUS.has(error.status));
  return new OAuthError(name, {
    description: [error.message, ...fieldsOf(error), ...banOf(error)].join(" "),
    status: keepsStatus ? error.status : usual,
    ...(error.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: error.retryAfterSeconds }),
    ...(FOR_PLAYERS.has(error.code) && { fields: { code: error.code, ...error.fields } }),
  });
}

/** The body of RFC 6749 §5.2. */
export function oauthErrorBody({ error, message, fields }: OAuthError) {
  const own = fields.code === "maintenance" ? { message } : {};
  return { error, error_description: message.replace(NOT_IN_DESCRIPTIONS, "'"), ...fields, ...own };
}

/**
 * RFC 6749 §5.2: a challenge where the client tried to authenticate; RFC 6750 §3 for tokens, without a reason where none
 * was sent.
 * @param thrown what the error was before it had OAuth's name
 */
export function oauthChallenge(thrown: ApiError, { error, status }: OAuthError): string | null {
  if (error === "insufficient_scope") return 'Bearer error="insufficient_scope"';
  if (status !== 401) return null;
  if (error === "invalid_dpop_proof") return 'DPoP error="invalid_dpop_proof", algs="ES256"';
  if (error === "invalid_client") return 'Basic realm="oauth"';
  return thrown.code === "unauthorized" ? "Bearer" : 'Bearer error="invalid_token"';
}

/** Until when, and why, for a client that shows the description and knows no member of ours. */
function banOf({ code, fields: { until, reason } }: ApiError): string[] {
  if (code !== "account_disabled") return [];
  return [
    ...(typeof until === "string" ? [`Until ${until}.`] : []),
    ...(typeof reason === "string" ? [`Reason: ${reason}`] : []),
  ];
}

function fieldsOf({ fields }: ApiError): string[] {
  const wrong = (fields.fields ?? []) as { path: string; message: string }[];
  return wrong.map(({ path, message }) => `${path}: ${message}.`);
}
