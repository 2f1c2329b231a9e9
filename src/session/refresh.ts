import { ApiError } from "../errors";
import { isSameNetwork } from "../http/address";
import type { RequestContext } from "../http/context";
import type { Log } from "../log/log";
import type { UserRow } from "../users/store";
import type { SessionAnswer } from "./model";
import { type OpenRefreshTokenDeps, openRefreshToken } from "./open-refresh-token";
import type { Rotated } from "./store";
import { createTokenResponse, type TokenContent } from "./token-response";

export type RefreshDeps = OpenRefreshTokenDeps & {
  log: Log;
  /** Ids of the clients whose tokens are taken. */
  clients: readonly string[];
};

/**
 * Exchanges a refresh token for the next tokens of its session.
 * @throws {ApiError} as {@link rotate}
 */
export async function refresh(
  deps: RefreshDeps,
  token: string,
  context: RequestContext,
): Promise<SessionAnswer> {
  const { user, content } = await rotate(deps, token, context);
  return createTokenResponse(deps.tokens, user, content);
}

/**
 * Rotates a session by one generation (RFC 9700 §4.14.2). The predecessor, within the grace, gets the same
 * successor again, a few times; anything older is a replay and ends the session.
 * @throws {ApiError} invalid_grant, the same for every kind of dead token, and for another client's; temporarily_unavailable; rate_limited
 */
export async function rotate(
  deps: RefreshDeps,
  token: string,
  context: RequestContext,
): Promise<{ user: UserRow; content: TokenContent }> {
  const { sessions, limits, log, clients } = deps;
  const content = await openRefreshToken(deps, token, context);
  if (!content) throw new ApiError("invalid_grant");
  const { sessionId, generation } = content;
  await limits.refresh(sessionId);
  const attempt = { sessionId, generation, ip: context.ip, clients };

  const answer = (event: "refresh" | "refresh_repeated", found: Rotated) => {
    const { user, clientId, scope } = found;
    log.event(event, { userId: user.id, sessionId, ...context });
    return { user, content: { sessionId, generation: found.generation, clientId, scope } };
  };

  const rotated = await sessions.rotate(attempt);
  if (rotated) return answer("refresh", rotated);

  const failure = await sessions.revokeIfReplayed(attempt);
  if (failure.outcome === "repeated") {
    const elsewhere = !isSameNetwork(failure.rotatedFrom, context.ip);
    await limits.repeatedRefresh(sessionId, generation, elsewhere);
    return answer("refresh_repeated", failure);
  }
  if (failure.outcome === "replayed") {
    log.event("replay_detected", { userId: failure.userId, sessionId, ...context });
  }
  throw new ApiError("invalid_grant");
}
