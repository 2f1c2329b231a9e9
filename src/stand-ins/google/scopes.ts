import { OAuthError } from "../oauth/oauth-error";

/** What Google tells about a person, as far as the scopes allow. */
export type Profile = {
  sub: string;
  email?: string;
  email_verified?: boolean;
  name?: string;
  given_name?: string;
  family_name?: string;
  picture?: string;
};

const USERINFO = "https://www.googleapis.com/auth/userinfo.";
const CANONICAL: Record<string, string> = { email: `${USERINFO}email`, profile: `${USERINFO}profile` };

/**
 * Splits a scope parameter and spells it the way Google answers it.
 *
 * @throws {OAuthError} `invalid_scope` when nothing is asked for.
 */
export function parseScope(scope: string): string[] {
  const scopes = scope.split(" ").filter((word) => word !== "");
  if (scopes.length === 0) throw new OAuthError("invalid_scope", "The scope is empty.");
  return [...new Set(scopes.map((word) => CANONICAL[word] ?? word))];
}

/** The part of a profile that the scopes open. */
export function releasedProfile(profile: Profile, scopes: readonly string[]): Profile {
  const { sub, email, email_verified, ...person } = profile;
  const address = email !== undefined && { email, email_verified: email_verified ?? false };
  return {
    sub,
    ...(scopes.includes(`${USERINFO}email`) && address),
    ...(scopes.includes(`${USERINFO}profile`) && person),
  };
}
