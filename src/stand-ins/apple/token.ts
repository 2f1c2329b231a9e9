import type { Timepiece } from "../../clock";
import { readForm } from "../oauth/client";
import { OAuthError } from "../oauth/oauth-error";
import { required } from "../oauth/parameters";
import { checkCodeVerifier } from "../oauth/pkce";
import { checkClientSecret, type Developer } from "./client-secret";
import type { TokenIssuer, TokenResponse } from "./token-issuer";

/**
 * Apple's token endpoint: exchanges a code with the client's secret.
 *
 * @throws {OAuthError} Apple's `ErrorResponse`
 */
export async function exchange(
  request: Request,
  { developer, issuer, clock }: { developer: Developer | undefined; issuer: TokenIssuer; clock: Timepiece },
): Promise<TokenResponse> {
  const parameters = await readForm(request);
  const clientId = required(parameters, "client_id");
  const secret = required(parameters, "client_secret");
  if (developer) await checkClientSecret(secret, clientId, developer, clock);
  if (required(parameters, "grant_type") !== "authorization_code")
    throw new OAuthError("unsupported_grant_type", "The grant_type here is always authorization_code.");
  const grant = issuer.codes.take(required(parameters, "code"));
  if (!grant) throw new OAuthError("invalid_grant", "The code has expired or has been revoked.");
  if (grant.clientId !== clientId)
    throw new OAuthError("invalid_grant", "client_id mismatch. The code was not issued to this client.");
  if (grant.redirectUri !== parameters.get("redirect_uri"))
    throw new OAuthError("invalid_grant", "redirect_uri mismatch. The code was not issued to this redirect.");
  checkCodeVerifier(parameters.get("code_verifier"), grant.codeChallenge);
  return issuer.issueTokens(grant);
}
