import { ApiError } from "../errors";
import type { RequestContext } from "../http/context";
import type { Limits } from "../limits/limits";
import type { Log } from "../log/log";
import type { UserRow } from "../users/store";
import type { SessionAnswer } from "./model";
import type { SessionStore } from "./store";
import { createTokenResponse, type Tokens } from "./token-response";

export type RefreshDeps = { sessions: SessionStore; tokens: Tokens; limits: Limits; log: Log };

/**
 * Rotates a session by one generation (RFC 9700 §4.14.2). The predecessor, within the grace, gets the same
 * successor again; anything older is a replay and ends the session.
 * @throws {ApiError} invalid_grant, the same for every kind of dead token; rate_limited
 */
export async function refresh(
  deps: RefreshDeps,
  token: string,
  context: RequestContext,
): Promise<SessionAnswer> {
  const { sessions, tokens, limits, log } = deps;
  const content = tokens.refresh.open(token);
  if (!content) {
    await limits.forgedToken(context.ip);
    throw new ApiError("invalid_grant");
  }
  const { sessionId } = content;
  await limits.refresh(sessionId);
  const attempt = { ...content, ip: context.ip };

  const answer = ({ user, generation }: { user: UserRow; generation: number }) => {
    log.event("refresh", { userId: user.id, sessionId, ...context });
    return createTokenResponse(tokens, user, { sessionId, generation });
  };

  const rotated = await sessions.rotate(attempt);
  if (rotated) return answer(rotated);

  const failure = await sessions.revokeIfReplayed(attempt);
  if (failure.outcome === "repeated") return answer(failure);
  if (failure.outcome === "replayed") {
    log.event("replay_detected", { userId: failure.userId, sessionId, ...context });
  }
  throw new ApiError("invalid_grant");
}
