import type { RequestContext } from "../http/context";
import type { Log } from "../log/log";
import { type OpenRefreshTokenDeps, openRefreshToken } from "./open-refresh-token";

export type LogoutDeps = OpenRefreshTokenDeps & { log: Log };

/**
 * Ends the session of a refresh token, of whatever generation; a dead token is no error (RFC 7009 §2.2).
 * @throws {ApiError} temporarily_unavailable when the session lives and this server cannot tell whether the token is
 * good; rate_limited for tokens that we never made
 */
export async function logout(deps: LogoutDeps, token: string, context: RequestContext): Promise<void> {
  const content = await openRefreshToken(deps, token, context);
  const ended = content && (await deps.sessions.revoke(content.sessionId));
  if (ended) deps.log.event("logout", { userId: ended.userId, sessionId: content.sessionId, ...context });
}
