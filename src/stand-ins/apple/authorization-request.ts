import { OAuthError } from "../oauth/oauth-error";
import { readParameters, required } from "../oauth/parameters";
import { codeChallengeOf } from "../oauth/pkce";
import { checkedRedirectUri } from "../oauth/redirect";

/** What is asked for at `/auth/authorize`. */
export type AuthorizationRequest = {
  clientId: string;
  redirectUri: string;
  responseMode: "query" | "form_post";
  state: string | undefined;
  nonce: string | undefined;
  codeChallenge: string | undefined;
  /** Some of `name` and `email`. */
  scopes: string[];
};

/**
 * Reads a query like Apple does, any client id but its own.
 *
 * @throws {OAuthError} which belongs on an error page: Apple shows one too, and sends nothing back.
 */
export function parseAuthorizationRequest(query: string): AuthorizationRequest {
  const parameters = readParameters(query);
  const clientId = required(parameters, "client_id");
  const redirectUri = checkedRedirectUri(required(parameters, "redirect_uri"));
  if (required(parameters, "response_type") !== "code")
    throw new OAuthError("unsupported_response_type", "The response_type here is always code.");
  const scopes = (parameters.get("scope") ?? "").split(" ").filter(Boolean);
  if (scopes.some((scope) => scope !== "name" && scope !== "email"))
    throw new OAuthError("invalid_scope", "The scope must be name, email or both.");
  const responseMode = parameters.get("response_mode") ?? "query";
  if (responseMode !== "query" && responseMode !== "form_post")
    throw new OAuthError("invalid_request", "The response_mode here is query or form_post.");
  if (scopes.length > 0 && responseMode !== "form_post")
    throw new OAuthError(
      "invalid_request",
      "response_mode must be form_post when name or email scope is requested.",
    );
  return {
    clientId,
    redirectUri,
    responseMode,
    state: parameters.get("state"),
    nonce: parameters.get("nonce"),
    codeChallenge: codeChallengeOf(parameters),
    scopes,
  };
}
