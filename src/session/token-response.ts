import type { UserRow } from "../users/store";
import { toUser } from "../users/to-user";
import type { AccessTokens, SessionTraits } from "./access-token";
import type { SessionAnswer } from "./model";
import type { RefreshTokenContent, RefreshTokens } from "./refresh-token";

export type Tokens = { access: AccessTokens; refresh: RefreshTokens };

/** One generation of a session, and what its tokens say of it. */
export type Issued = RefreshTokenContent & SessionTraits;

/** Makes the tokens of one generation of a session (RFC 6749 §5.1) and puts them beside its user. */
export async function createTokenResponse(
  tokens: Tokens,
  user: UserRow,
  { clientId, scope, jkt, ...content }: Issued,
): Promise<SessionAnswer> {
  return {
    status: "success",
    user: toUser(user),
    access_token: await tokens.access.issue({
      userId: user.id,
      sessionId: content.sessionId,
      clientId,
      scope,
      jkt,
      roles: user.roles,
    }),
    refresh_token: tokens.refresh.issue(content),
    token_type: jkt === null ? "Bearer" : "DPoP",
    expires_in: tokens.access.expiresInSeconds,
  };
}
