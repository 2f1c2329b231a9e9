import { OAuthError } from "../oauth/oauth-error";
import { bearerToken } from "../oauth/parameters";
import { type Claims, releasedClaims } from "./scopes";
import type { TokenIssuer } from "./token-issuer";

/**
 * What the token's scopes open (OpenID Connect Core §5.3).
 *
 * @throws {OAuthError} 401 without a living Bearer token (RFC 6750 §3.1).
 */
export function userInfo(request: Request, issuer: TokenIssuer): Claims {
  const grant = issuer.accessTokens.find(bearerToken(request) ?? "")?.value;
  if (grant) return releasedClaims(grant.claims, grant.scopes);
  throw new OAuthError("invalid_token", "The access token is unknown, too old or revoked.", 401, {
    "www-authenticate": 'Bearer realm="local", error="invalid_token"',
  });
}
