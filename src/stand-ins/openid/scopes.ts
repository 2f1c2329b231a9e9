import { OAuthError } from "../oauth/oauth-error";

export const SCOPES = ["openid", "profile", "email"] as const;
export type Scope = (typeof SCOPES)[number];

/** What an issuer tells about a person, as far as the scopes allow (OpenID Connect Core §5.1). */
export type Claims = {
  sub: string;
  email?: string;
  email_verified?: boolean;
  name?: string;
  given_name?: string;
  family_name?: string;
  preferred_username?: string;
  picture?: string;
};

/**
 * The known ones of a scope parameter; others are ignored (OpenID Connect Core §3.1.2.1).
 *
 * @throws {OAuthError} `invalid_scope` without `openid`.
 */
export function scopesOf(scope: string): Scope[] {
  const words = scope.split(" ");
  if (!words.includes("openid")) throw new OAuthError("invalid_scope", "The scope must have openid.");
  return SCOPES.filter((known) => words.includes(known));
}

/** The part of the claims that the scopes open (OpenID Connect Core §5.4). */
export function releasedClaims(claims: Claims, scopes: readonly Scope[]): Claims {
  const { sub, email, email_verified, ...person } = claims;
  const address = email !== undefined && { email, email_verified: email_verified ?? false };
  return { sub, ...(scopes.includes("email") && address), ...(scopes.includes("profile") && person) };
}
