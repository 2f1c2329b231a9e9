import { ApiError } from "../errors";
import type { RequestContext } from "../http/context";
import { logRefusal } from "../limits/refusal-log";
import type { Log } from "../log/log";
import { type OpenRefreshTokenDeps, openRefreshToken } from "./open-refresh-token";

export type LogoutDeps = OpenRefreshTokenDeps & { log: Log };

/**
 * Ends the session of a refresh token, of whatever generation; a dead token is no error (RFC 7009 §2.2).
 * @param jkt thumbprint of the key that the sender has proven to hold, or null
 * @throws {ApiError} invalid_dpop_proof when the session is bound to another key, and lives on; temporarily_unavailable when the session lives and this server cannot tell whether the token is
 * good; rate_limited for tokens that we never made
 */
export async function logout(
  deps: LogoutDeps,
  token: string,
  jkt: string | null,
  context: RequestContext,
): Promise<void> {
  const { sessions, log } = deps;
  const content = await openRefreshToken(deps, token, context);
  if (!content) return;
  const { sessionId } = content;
  const ended = await sessions.revokeProven(sessionId, jkt);
  if (ended) log.event("logout", { userId: ended.userId, sessionId, ...context });
  else if (await sessions.findAlive(sessionId)) {
    await logRefusal(deps, "proof_refused", { sessionId, ...context });
    throw new ApiError("invalid_dpop_proof", { cause: "dpop_key" });
  }
}
