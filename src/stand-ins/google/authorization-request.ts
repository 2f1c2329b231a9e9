import { OAuthError } from "../oauth/oauth-error";
import { type Parameters, readParameters, required } from "../oauth/parameters";
import { codeChallengeOf } from "../oauth/pkce";
import { checkedRedirectUri } from "../oauth/redirect";
import { parseScope } from "./scopes";

/** A valid authorization request (RFC 6749 §4.1.1, RFC 7636 §4.3, OpenID Connect Core §3.1.2.1). */
export type AuthorizationRequest = {
  clientId: string;
  redirectUri: string;
  responseMode: "query" | "fragment";
  scopes: string[];
  state: string | undefined;
  nonce: string | undefined;
  codeChallenge: string | undefined;
  accessType: "online" | "offline";
  /** `none` asks for an answer without a page. */
  prompt: string[];
  /** The email or `sub` of the player who is expected. */
  loginHint: string | undefined;
};

const PROMPTS = ["none", "consent", "select_account"];

/**
 * Reads a query like Google does: any client id will do, since there is no console to register one.
 *
 * @throws {OAuthError} which belongs on an error page: nothing is sent to a redirect that may be wrong.
 */
export function parseAuthorizationRequest(query: string): AuthorizationRequest {
  const parameters = readParameters(query);
  const clientId = required(parameters, "client_id");
  const redirectUri = checkedRedirectUri(required(parameters, "redirect_uri"));
  const responseType = required(parameters, "response_type");
  if (responseType !== "code") {
    throw new OAuthError("unsupported_response_type", "The response_type here is always code.");
  }
  return {
    clientId,
    redirectUri,
    responseMode: oneOf(parameters, "response_mode", ["query", "fragment"]),
    scopes: parseScope(required(parameters, "scope")),
    state: parameters.get("state"),
    nonce: parameters.get("nonce"),
    codeChallenge: codeChallengeOf(parameters),
    accessType: oneOf(parameters, "access_type", ["online", "offline"]),
    prompt: checkedPrompt(parameters),
    loginHint: parameters.get("login_hint"),
  };
}

function checkedPrompt(parameters: Parameters): string[] {
  const prompt = parameters.get("prompt")?.split(" ") ?? [];
  const known = prompt.every((word) => PROMPTS.includes(word));
  if (!known || (prompt.includes("none") && prompt.length > 1)) {
    throw new OAuthError("invalid_request", "The prompt must be none, or consent and select_account.");
  }
  return prompt;
}

function oneOf<const Value extends string>(
  parameters: Parameters,
  name: string,
  values: readonly [Value, ...Value[]],
): Value {
  const given = parameters.get(name) ?? values[0];
  const value = values.find((known) => known === given);
  if (value === undefined)
    throw new OAuthError("invalid_request", `The ${name} must be ${values.join(" or ")}.`);
  return value;
}
