import { ApiError } from "../errors";
import { isSameNetwork } from "../http/address";
import type { RequestContext } from "../http/context";
import { logRefusal } from "../limits/refusal-log";
import type { Log } from "../log/log";
import type { UserRow } from "../users/store";
import type { SessionAnswer } from "./model";
import { type OpenRefreshTokenDeps, openRefreshToken } from "./open-refresh-token";
import { createTokenResponse } from "./token-response";

export type RefreshDeps = OpenRefreshTokenDeps & { log: Log };

/**
 * Rotates a session by one generation (RFC 9700 §4.14.2). The predecessor, within the grace, gets the same
 * successor again, a few times; anything older is a replay and ends the session.
 *
 * In a session that is bound to a key (RFC 9449 §5), the key proves what a token alone cannot: with it any earlier token
 * gets the current one, and without it none is worth anything, and none ends the session.
 * @param jkt thumbprint of the key that the sender has proven to hold, or null
 * @throws {ApiError} invalid_grant, the same for every kind of dead token; invalid_dpop_proof; temporarily_unavailable;
 * rate_limited
 */
export async function refresh(
  deps: RefreshDeps,
  token: string,
  jkt: string | null,
  context: RequestContext,
): Promise<SessionAnswer> {
  const { sessions, tokens, limits, log } = deps;
  const content = await openRefreshToken(deps, token, context);
  if (!content) throw new ApiError("invalid_grant");
  const { sessionId, generation } = content;
  await limits.refresh(sessionId);
  const attempt = { sessionId, generation, ip: context.ip, jkt };

  const answer = (
    event: "refresh" | "refresh_repeated" | "stale_token_accepted",
    found: { user: UserRow; generation: number; jkt: string | null },
  ) => {
    log.event(event, { userId: found.user.id, sessionId, ...context });
    return createTokenResponse(tokens, found.user, {
      sessionId,
      generation: found.generation,
      jkt: found.jkt,
    });
  };

  const rotated = await sessions.rotate(attempt);
  if (rotated) return answer("refresh", rotated);

  const failure = await sessions.revokeIfReplayed(attempt);
  switch (failure.outcome) {
    case "repeated": {
      const elsewhere = !isSameNetwork(failure.rotatedFrom, context.ip);
      await limits.repeatedRefresh(sessionId, generation, elsewhere);
      return answer("refresh_repeated", { ...failure, jkt: null });
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
    case "replayed":
      log.event("replay_detected", { userId: failure.userId, sessionId, ...context });
  }
  throw new ApiError("invalid_grant");
}
