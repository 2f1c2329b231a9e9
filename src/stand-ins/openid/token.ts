import { authenticatedClient, type Client, readForm } from "../oauth/client";
import { OAuthError } from "../oauth/oauth-error";
import { required } from "../oauth/parameters";
import { checkCodeVerifier } from "../oauth/pkce";
import { issuerAt } from "./discovery";
import type { TokenIssuer, TokenResponse } from "./token-issuer";

/**
 * The token endpoint: exchanges an authorization code (OpenID Connect Core §3.1.3) with its PKCE verifier.
 *
 * @throws {OAuthError} RFC 6749 §5.2
 */
export async function exchange(
  request: Request,
  client: Client,
  issuer: TokenIssuer,
): Promise<TokenResponse> {
  const parameters = await readForm(request);
  const clientId = authenticatedClient(request, parameters, client);
  if (required(parameters, "grant_type") !== "authorization_code") {
    throw new OAuthError("unsupported_grant_type", "The grant_type here is always authorization_code.");
  }
  const grant = issuer.codes.take(required(parameters, "code"));
  const good = grant?.clientId === clientId && grant.redirectUri === parameters.get("redirect_uri");
  if (!grant || !good) {
    throw new OAuthError(
      "invalid_grant",
      "The code is unknown, spent, too old, revoked or another client's.",
    );
  }
  checkCodeVerifier(parameters.get("code_verifier"), grant.codeChallenge);
  return issuer.issueTokens(grant, issuerAt(new URL(request.url).origin));
}
