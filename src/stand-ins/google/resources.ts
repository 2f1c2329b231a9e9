import { OAuthError } from "../oauth/oauth-error";
import { bearerToken, readParameters } from "../oauth/parameters";
import { type Profile, releasedProfile } from "./scopes";
import type { Grant, TokenIssuer } from "./token-issuer";

/** Google's answer about an access token: every value is a string. */
export type TokenInfo = {
  azp: string;
  aud: string;
  sub: string;
  scope: string;
  /** Seconds since the epoch. */
  exp: string;
  /** Seconds left. */
  expires_in: string;
  email?: string;
  email_verified?: "true" | "false";
  access_type: "online" | "offline";
};

/**
 * Google's token info. The token comes as Bearer, as google-auth-library sends it, or as `access_token` in the
 * query or the form.
 *
 * @throws {OAuthError} `invalid_token` for an unknown or expired one.
 */
export async function tokenInfo(request: Request, issuer: TokenIssuer): Promise<TokenInfo> {
  const form = request.method === "POST" ? await request.text() : "";
  const token =
    bearerToken(request) ??
    readParameters(new URL(request.url).search).get("access_token") ??
    readParameters(form).get("access_token");
  if (token === undefined)
    throw new OAuthError("invalid_request", "Missing required parameter: access_token");
  const found = issuer.accessTokens.find(token);
  if (!found) throw new OAuthError("invalid_token", "Invalid Value");
  const { value: grant } = found;
  const { email, email_verified } = releasedProfile(grant.profile, grant.scopes);
  return {
    azp: grant.clientId,
    aud: grant.clientId,
    sub: grant.profile.sub,
    scope: grant.scopes.join(" "),
    exp: String(found.expiresAt),
    expires_in: String(found.expiresIn),
    ...(email !== undefined && { email, email_verified: email_verified ? "true" : "false" }),
    access_type: grant.accessType,
  };
}

/**
 * Google's userinfo: what the token's scopes open (OpenID Connect Core §5.3).
 *
 * @throws {OAuthError} 401 without a living Bearer token.
 */
export function userInfo(request: Request, issuer: TokenIssuer): Profile {
  const { profile, scopes } = bearerGrant(request, issuer);
  return releasedProfile(profile, scopes);
}

function bearerGrant(request: Request, issuer: TokenIssuer): Grant {
  const found = issuer.accessTokens.find(bearerToken(request) ?? "");
  if (found) return found.value;
  throw new OAuthError("invalid_request", "Invalid Credentials", 401, {
    "www-authenticate": 'Bearer realm="local", error="invalid_token"',
  });
}
