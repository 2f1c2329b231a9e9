import { ApiError } from "../errors";
import { isSameNetwork } from "../http/address";
import type { RequestContext } from "../http/context";
import { logRefusal } from "../limits/refusal-log";
import type { Log } from "../log/log";
import type { UserRow } from "../users/store";
import type { SessionAnswer } from "./model";
import { type OpenRefreshTokenDeps, openRefreshToken } from "./open-refresh-token";
import type { Rotated } from "./store";
import { createTokenResponse, type Issued } from "./token-response";

export type RefreshDeps = OpenRefreshTokenDeps & {
  log: Log;
  /** Ids of the clients whose tokens are taken. */
  clients: readonly string[];
};

/**
 * Exchanges a refresh token for the next tokens of its session.
 * @param jkt thumbprint of the key that the sender has proven to hold, or null
 * @throws {ApiError} as {@link rotate}
 */
export async function refresh(
  deps: RefreshDeps,
  token: string,
  jkt: string | null,
  context: RequestContext,
): Promise<SessionAnswer> {
  const { user, content } = await rotate(deps, token, jkt, context);
  return createTokenResponse(deps.tokens, user, content);
}

/**
 * Rotates a session by one generation (RFC 9700 §4.14.2). The predecessor, within the grace, gets the same
 * successor again, a few times; anything older is a replay and ends the session.
 *
 * In a session that is bound to a key (RFC 9449 §5), the key proves what a token alone cannot: with it any earlier token
 * gets the current one, and without it none is worth anything, and none ends the session.
 * @param jkt thumbprint of the key that the sender has proven to hold, or null
 * @throws {ApiError} invalid_grant, the same for every kind of dead token, and for another client's; invalid_dpop_proof;
 * temporarily_unavailable; rate_limited
 */
export async function rotate(
  deps: RefreshDeps,
  token: string,
  jkt: string | null,
  context: RequestContext,
): Promise<{ user: UserRow; content: Issued }> {
  const { sessions, limits, log, clients } = deps;
  const content = await openRefreshToken(deps, token, context);
  if (!content) throw new ApiError("invalid_grant");
  const { sessionId, generation } = content;
  await limits.refresh(sessionId);
  const attempt = { sessionId, generation, ip: context.ip, jkt, clients };

  const answer = (
    event: "refresh" | "refresh_repeated" | "stale_token_accepted",
    { user, generation, clientId, scope, jkt }: Rotated,
  ) => {
    log.event(event, { userId: user.id, sessionId, ...context });
    return { user, content: { sessionId, generation, clientId, scope, jkt } };
  };

  const rotated = await sessions.rotate(attempt);
  if (rotated) return answer("refresh", rotated);

  const failure = await sessions.revokeIfReplayed(attempt);
  switch (failure.outcome) {
    case "repeated": {
      const elsewhere = !isSameNetwork(failure.rotatedFrom, context.ip);
      await limits.repeatedRefresh(sessionId, generation, elsewhere);
      return answer("refresh_repeated", failure);
    }
    case "earlier": {
      const isStale = failure.generation > generation + 1;
      if (!isStale) return answer("refresh_repeated", failure);
      if (await limits.staleToken(sessionId)) return answer("stale_token_accepted", failure);
      await sessions.revoke(sessionId);
      log.event("replay_detected", {
        userId: failure.user.id,
        sessionId,
        reason: "stale_tokens",
        ...context,
      });
      throw new ApiError("invalid_grant");
    }
    case "unproven":
      await logRefusal(deps, "proof_refused", { userId: failure.userId, sessionId, ...context });
      throw new ApiError("invalid_dpop_proof", { cause: "dpop_key" });
    case "moved": {
      const again = await sessions.rotate(attempt);
      if (again) return answer("refresh", again);
      throw new ApiError("temporarily_unavailable");
    }
    case "replayed":
      log.event("replay_detected", { userId: failure.userId, sessionId, ...context });
  }
  throw new ApiError("invalid_grant");
}
