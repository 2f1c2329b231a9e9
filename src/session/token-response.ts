import { toUser } from "../users/model";
import type { AccessTokens } from "./access-token";
import type { SessionAnswer } from "./model";
import type { RefreshTokenContent, RefreshTokens } from "./refresh-token";
import type { UserRow } from "./store";

export type Tokens = { access: AccessTokens; refresh: RefreshTokens };

/** Makes the tokens of one generation of a session and puts them beside its user. */
export async function sessionAnswer(
  tokens: Tokens,
  user: UserRow,
  content: RefreshTokenContent,
): Promise<SessionAnswer> {
  return {
    status: "success",
    user: toUser(user),
    access_token: await tokens.access.issue({ userId: user.id, sessionId: content.sessionId }),
    refresh_token: tokens.refresh.issue(content),
    token_type: "Bearer",
    expires_in: tokens.access.expiresInSeconds,
  };
}
