import { GAME_CLIENT_ID } from "../config/oauth";
import type { RequestContext } from "../http/context";
import { logRefusal } from "../limits/refusal-log";
import type { Log } from "../log/log";
import { type OpenRefreshTokenDeps, openRefreshToken } from "../session/open-refresh-token";
import type { Client } from "./clients";
import { OAuthError } from "./oauth-error";

export type RevokeDeps = OpenRefreshTokenDeps & { log: Log };

/**
 * Ends the session of a refresh or access token (RFC 7009 §2). A token that is dead, or none of ours, is no error.
 * @throws {OAuthError} invalid_grant for a token of another client's; invalid_dpop_proof without the key of a bound
 * session, which lives on; {ApiError} temporarily_unavailable, rate_limited
 */
export async function revoke(
  deps: RevokeDeps,
  token: string,
  { client, jkt }: { client: Client; jkt: string | null },
  context: RequestContext,
): Promise<void> {
  const { sessions, tokens, log } = deps;
  const content = isJwt(token)
    ? await tokens.access.verify(token)
    : await openRefreshToken(deps, token, context);
  const session = content && (await sessions.describe(content.sessionId));
  if (!content || !session?.isAlive) return;
  if ((session.clientId ?? GAME_CLIENT_ID) !== client.id)
    throw new OAuthError("invalid_grant", { description: "The token was issued to another client." });
  const { sessionId } = content;
  if (session.jkt !== null && session.jkt !== jkt) {
    await logRefusal(deps, "proof_refused", { sessionId, ...context });
    throw new OAuthError("invalid_dpop_proof");
  }
  const ended = await sessions.revoke(sessionId);
  if (ended) log.event("logout", { userId: ended.userId, sessionId, client: client.id, ...context });
}

/** The look of an access token; a refresh token has no dots. Hints are not needed (RFC 7009 §2.1). */
export function isJwt(token: string): boolean {
  return token.includes(".");
}
