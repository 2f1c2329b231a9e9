import { OAuthError } from "../oauth/oauth-error";
import { type Parameters, readParameters, required } from "../oauth/parameters";
import { codeChallengeOf } from "../oauth/pkce";
import { checkedRedirectUri } from "../oauth/redirect";
import { type Scope, scopesOf } from "./scopes";

/** Where an answer goes, errors included. */
export type Client = {
  clientId: string;
  redirectUri: string;
  state: string | undefined;
};

/** What is asked for (OpenID Connect Core §3.1.2.1). */
export type AuthenticationRequest = {
  scopes: Scope[];
  nonce: string | undefined;
  codeChallenge: string | undefined;
  /** `none` asks for an answer without a page. */
  prompt: string[];
  /** The email of the player who is expected. */
  loginHint: string | undefined;
};

const PROMPTS = ["none", "login", "consent", "select_account"];

/**
 * Reads who asks. Any client id will do, since nobody registers one here.
 *
 * @throws {OAuthError} which belongs on an error page: nothing is sent to a redirect that may be wrong.
 */
export function parseClient(query: string): { client: Client; parameters: Parameters } {
  const parameters = readParameters(query);
  const client = {
    clientId: required(parameters, "client_id"),
    redirectUri: checkedRedirectUri(required(parameters, "redirect_uri")),
    state: parameters.get("state"),
  };
  return { client, parameters };
}

/** @throws {OAuthError} which goes to the client (RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6). */
export function parseAuthenticationRequest(parameters: Parameters): AuthenticationRequest {
  if (parameters.has("request")) throw new OAuthError("request_not_supported", "Send plain parameters.");
  if (parameters.has("request_uri")) {
    throw new OAuthError("request_uri_not_supported", "Send plain parameters.");
  }
  if (required(parameters, "response_type") !== "code") {
    throw new OAuthError("unsupported_response_type", "The response_type here is always code.");
  }
  const responseMode = parameters.get("response_mode") ?? "query";
  if (responseMode !== "query") {
    throw new OAuthError("invalid_request", "The response_mode here is always query.");
  }
  return {
    scopes: scopesOf(required(parameters, "scope")),
    nonce: parameters.get("nonce"),
    codeChallenge: codeChallengeOf(parameters),
    prompt: promptOf(parameters),
    loginHint: parameters.get("login_hint"),
  };
}

function promptOf(parameters: Parameters): string[] {
  const prompt = parameters.get("prompt")?.split(" ") ?? [];
  const known = prompt.every((word) => PROMPTS.includes(word));
  if (!known || (prompt.includes("none") && prompt.length > 1)) {
    throw new OAuthError(
      "invalid_request",
      `The prompt must be none, or some of ${PROMPTS.slice(1).join(", ")}.`,
    );
  }
  return prompt;
}
