import type { UserRow } from "../users/store";
import { toUser } from "../users/to-user";
import type { AccessTokens, SessionClient } from "./access-token";
import type { SessionAnswer } from "./model";
import type { RefreshTokenContent, RefreshTokens } from "./refresh-token";

/** What the tokens of one generation of a session say. */
export type TokenContent = RefreshTokenContent & SessionClient;

export type Tokens = { access: AccessTokens; refresh: RefreshTokens };

/** Makes the tokens of one generation of a session (RFC 6749 §5.1) and puts them beside its user. */
export async function createTokenResponse(
  tokens: Tokens,
  user: UserRow,
  { clientId, scope, ...content }: TokenContent,
): Promise<SessionAnswer> {
  return {
    status: "success",
    user: toUser(user),
    access_token: await tokens.access.issue({
      userId: user.id,
      sessionId: content.sessionId,
      clientId,
      scope,
    }),
    refresh_token: tokens.refresh.issue(content),
    token_type: "Bearer",
    expires_in: tokens.access.expiresInSeconds,
  };
}
