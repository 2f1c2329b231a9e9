import { authenticatedClient, type Client, readForm } from "../oauth/client";
import { OAuthError } from "../oauth/oauth-error";
import { required } from "../oauth/parameters";
import { checkCodeVerifier } from "../oauth/pkce";
import type { TokenIssuer, TokenResponse } from "./token-issuer";

/**
 * Google's token endpoint: exchanges an authorization code (RFC 6749 §4.1.3) with its PKCE verifier
 * (RFC 7636 §4.5). The client authenticates with `client_secret_basic` or `client_secret_post`.
 *
 * @throws {OAuthError} RFC 6749 §5.2, in Google's words.
 */
export async function exchange(
  request: Request,
  client: Client,
  issuer: TokenIssuer,
): Promise<TokenResponse> {
  const parameters = await readForm(request);
  const clientId = authenticatedClient(request, parameters, client);
  const grantType = required(parameters, "grant_type");
  if (grantType !== "authorization_code") {
    throw new OAuthError("unsupported_grant_type", "The grant_type here is always authorization_code.");
  }
  const grant = issuer.codes.take(required(parameters, "code"));
  if (!grant || grant.clientId !== clientId) throw new OAuthError("invalid_grant", "Malformed auth code.");
  if (grant.redirectUri !== parameters.get("redirect_uri")) {
    throw new OAuthError(
      "redirect_uri_mismatch",
      "The redirect_uri is not the one that the code was sent to.",
    );
  }
  checkCodeVerifier(parameters.get("code_verifier"), grant.codeChallenge);
  return issuer.issueTokens(grant);
}
