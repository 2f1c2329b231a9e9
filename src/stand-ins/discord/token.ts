import { unguessable } from "../credentials";
import { authenticatedClient, type Client, readForm } from "../oauth/client";
import { OAuthError } from "../oauth/oauth-error";
import { type Parameters, required } from "../oauth/parameters";
import { checkCodeVerifier } from "../oauth/pkce";
import { ACCESS_TOKEN_LIFETIME_SECONDS, type CodeGrant, type Grants } from "./grants";

const NO_STORE = { "cache-control": "no-store" };

/**
 * Discord's token endpoint: exchanges an authorization code (RFC 6749 §4.1.3) with its PKCE verifier. The client's
 * id and secret come by HTTP basic or in the body.
 *
 * @throws {OAuthError} RFC 6749 §5.2, in Discord's words.
 */
export async function exchange(request: Request, client: Client, grants: Grants): Promise<Response> {
  const parameters = await readForm(request);
  try {
    return Response.json(await answer(request, parameters, client, grants), { headers: NO_STORE });
  } catch (error) {
    if (!(error instanceof OAuthError) || error.code !== "invalid_client") throw error;
    // Without a word more.
    return Response.json({ error: error.code }, { status: 401, headers: NO_STORE });
  }
}

async function answer(request: Request, parameters: Parameters, client: Client, grants: Grants) {
  const clientId = authenticatedClient(request, parameters, client);
  const grantType = required(parameters, "grant_type");
  if (grantType !== "authorization_code")
    throw new OAuthError("unsupported_grant_type", "The grant_type here is always authorization_code.");
  const grant = grants.codes.take(required(parameters, "code"));
  if (!grant || grant.clientId !== clientId) throw invalid("code");
  checkBinding(grant, parameters);
  const { account, scopes, stillGood } = grant;
  return {
    token_type: "Bearer",
    access_token: grants.accessTokens.issue({ account, scopes, stillGood }),
    expires_in: ACCESS_TOKEN_LIFETIME_SECONDS,
    // Buys nothing here.
    refresh_token: unguessable().slice(0, 30),
    scope: scopes.join(" "),
  };
}

function checkBinding({ redirectUri, codeChallenge }: CodeGrant, parameters: Parameters): void {
  if (redirectUri !== parameters.get("redirect_uri")) throw invalid("redirect_uri");
  try {
    checkCodeVerifier(parameters.get("code_verifier"), codeChallenge);
  } catch {
    throw invalid("code_verifier");
  }
}

function invalid(parameter: string): OAuthError {
  return new OAuthError("invalid_grant", `Invalid "${parameter}" in request.`);
}
