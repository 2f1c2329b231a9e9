import type { UserRow } from "../users/store";
import { toUser } from "../users/to-user";
import type { AccessTokens } from "./access-token";
import type { SessionAnswer } from "./model";
import type { RefreshTokenContent, RefreshTokens } from "./refresh-token";

export type Tokens = { access: AccessTokens; refresh: RefreshTokens };

/** One generation of a session, and the key that the session is bound to, if it is. */
export type Issued = RefreshTokenContent & { jkt: string | null };

/** Makes the tokens of one generation of a session (RFC 6749 §5.1) and puts them beside its user. */
export async function createTokenResponse(
  tokens: Tokens,
  user: UserRow,
  { jkt, ...content }: Issued,
): Promise<SessionAnswer> {
  return {
    status: "success",
    user: toUser(user),
    access_token: await tokens.access.issue({ userId: user.id, sessionId: content.sessionId, jkt }),
    refresh_token: tokens.refresh.issue(content),
    token_type: jkt === null ? "Bearer" : "DPoP",
    expires_in: tokens.access.expiresInSeconds,
  };
}
