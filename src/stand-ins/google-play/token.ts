import { authenticatedClient, type Client, readForm } from "../oauth/client";
import { OAuthError } from "../oauth/oauth-error";
import { required } from "../oauth/parameters";
import { ACCESS_TOKEN_LIFETIME_SECONDS, type Grants } from "./grants";

/** What Play Games asks a player for by itself. */
const SCOPE = "https://www.googleapis.com/auth/games_lite https://www.googleapis.com/auth/drive.appdata";

/**
 * Google's token endpoint for server auth codes: no PKCE, and a redirect that is empty, or left out.
 *
 * @throws {OAuthError} RFC 6749 §5.2, in Google's words.
 */
export async function exchange(request: Request, client: Client, grants: Grants) {
  const parameters = await readForm(request);
  const clientId = authenticatedClient(request, parameters, client);
  if (required(parameters, "grant_type") !== "authorization_code")
    throw new OAuthError("unsupported_grant_type", "Invalid grant_type.");
  const code = required(parameters, "code");
  if (parameters.has("redirect_uri")) throw new OAuthError("redirect_uri_mismatch", "Bad Request");
  const grant = grants.codes.take(code);
  if (grant?.clientId !== clientId) throw new OAuthError("invalid_grant", "Bad Request");
  const { account, stillGood } = grant;
  return {
    access_token: grants.accessTokens.issue({ account, stillGood }),
    expires_in: ACCESS_TOKEN_LIFETIME_SECONDS,
    scope: SCOPE,
    token_type: "Bearer",
  };
}
