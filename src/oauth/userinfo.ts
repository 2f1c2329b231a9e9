import type { ProvenRequest } from "../dpop/dpop";
import type { Authenticate } from "../session/guard";
import type { UserRow, UserStore } from "../users/store";
import { OAuthError } from "./oauth-error";
import { hasScope } from "./scopes";

export type UserinfoDeps = { authenticate: Authenticate; users: UserStore };

/**
 * What the scope of an access token lets its client know of the player (OpenID Connect Core §5.3, §5.4).
 * @throws {ApiError | OAuthError} unauthorized, invalid_token; insufficient_scope for a token without `openid`
 */
export async function userinfo({ authenticate, users }: UserinfoDeps, parts: ProvenRequest) {
  const { user, token } = await authenticate(parts);
  const { scope } = token;
  if (!hasScope(scope, "openid")) throw new OAuthError("insufficient_scope");
  return {
    sub: String(user.id),
    ...(hasScope(scope, "profile") ? profileOf(user) : {}),
    ...(hasScope(scope, "email") && user.email !== null
      ? { email: user.email, email_verified: await users.isEmailVerified(user.id) }
      : {}),
  };
}

/** A key of an avatar that only the game knows is no picture to others. */
function profileOf({ name, picture }: UserRow) {
  return {
    name,
    preferred_username: name,
    ...(picture?.startsWith("https:") || picture?.startsWith("http:") ? { picture } : {}),
  };
}
