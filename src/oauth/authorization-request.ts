import { ApiError } from "../errors";
import { withQuery } from "../http/with-query";
import type { Client, Clients } from "./clients";
import { OAuthError, type OAuthErrorCode } from "./oauth-error";
import { grantedScope } from "./scopes";

/** What a client asks a player's sign-in for (RFC 6749 §4.1.1, RFC 7636 §4.3, OpenID Connect Core §3.1.2.1). */
export type AuthorizationRequest = {
  clientId: string;
  redirectUri: string;
  state: string | null;
  scope: string | null;
  nonce: string | null;
  /** S256. */
  codeChallenge: string;
};

/** Where an answer goes to. */
export type AnswerTarget = Pick<AuthorizationRequest, "redirectUri" | "state">;

/** A request that is refused at an address that has been checked (RFC 6749 §4.1.2.1). */
export class RefusedAtClient extends Error {
  constructor(
    readonly error: OAuthErrorCode,
    readonly description: string,
    readonly target: AnswerTarget,
  ) {
    super(description);
  }
}

const STATE = /^[\x20-\x7e]{1,512}$/;
const NONCE = /^[\x20-\x7e]{1,255}$/;
const CHALLENGE = /^[A-Za-z0-9_-]{43}$/;

/** Extensions that we do not have, each with its own error (OpenID Connect Core §3.1.2.6). */
const UNSUPPORTED = {
  request: "request_not_supported",
  request_uri: "request_uri_not_supported",
  registration: "registration_not_supported",
} as const;

/**
 * Reads the query of /oauth/authorize.
 * @throws {OAuthError | ApiError} for a client or a redirect that is not registered: nothing goes to an address that
 * was not checked
 * @throws {RefusedAtClient} for what else is wrong
 */
export function readAuthorizationRequest(query: URLSearchParams, clients: Clients): AuthorizationRequest {
  const { client, redirectUri } = readClient(query, clients);
  const state = single(query, "state");
  const target = { redirectUri, state: state !== undefined && STATE.test(state) ? state : null };
  const refuse = (error: OAuthErrorCode, description: string): never => {
    throw new RefusedAtClient(error, description, target);
  };

  for (const name of new Set(query.keys()))
    if (query.getAll(name).length > 1) refuse("invalid_request", "A parameter is there more than once.");
  for (const [name, error] of Object.entries(UNSUPPORTED))
    if (single(query, name) !== undefined)
      refuse(error, "Request objects and registration are not supported.");
  if (state !== undefined && !STATE.test(state))
    refuse("invalid_request", "state: must be 1 to 512 printable ASCII characters.");
  const responseType = single(query, "response_type");
  if (responseType === undefined) refuse("invalid_request", "response_type: is required.");
  if (responseType !== "code") refuse("unsupported_response_type", "response_type: must be code.");
  if ((single(query, "response_mode") ?? "query") !== "query")
    refuse("invalid_request", "response_mode: must be query.");
  const codeChallenge = single(query, "code_challenge") ?? "";
  if (!CHALLENGE.test(codeChallenge))
    refuse("invalid_request", "code_challenge: is required, as S256 makes it.");
  if (single(query, "code_challenge_method") !== "S256")
    refuse("invalid_request", "code_challenge_method: must be S256.");
  const nonce = single(query, "nonce") ?? null;
  if (nonce !== null && !NONCE.test(nonce))
    refuse("invalid_request", "nonce: must be 1 to 255 printable ASCII characters.");
  if (single(query, "prompt")?.split(" ").includes("none"))
    refuse("login_required", "The player has to sign in on a page.");
  return { clientId: client.id, ...target, scope: scopeOf(query, refuse), nonce, codeChallenge };
}

/**
 * Where an answer to a client goes, with `state` and `iss` (RFC 6749 §4.1.2, RFC 9207 §2).
 * @param issuer of this server
 */
export function answerUrl(
  { redirectUri, state }: AnswerTarget,
  answer: Record<string, string>,
  issuer: string,
): string {
  return withQuery(redirectUri, { ...answer, ...(state === null ? {} : { state }), iss: issuer });
}

function readClient(query: URLSearchParams, clients: Clients): { client: Client; redirectUri: string } {
  const [id, ...ids] = query.getAll("client_id");
  const client = ids.length === 0 ? clients.get(id ?? "") : null;
  if (!client) throw new OAuthError("invalid_client");
  const [redirectUri, ...others] = query.getAll("redirect_uri");
  if (redirectUri === undefined || others.length > 0 || !client.isRedirectUri(redirectUri))
    throw new ApiError("redirect_uri_invalid");
  return { client, redirectUri };
}

/** One without a value is not there (RFC 6749 §3.1). */
function single(query: URLSearchParams, name: string): string | undefined {
  return query.get(name) || undefined;
}

function scopeOf(query: URLSearchParams, refuse: (error: OAuthErrorCode, description: string) => never) {
  try {
    return grantedScope(single(query, "scope"));
  } catch (error) {
    if (error instanceof OAuthError) return refuse(error.error, error.message);
    throw error;
  }
}
