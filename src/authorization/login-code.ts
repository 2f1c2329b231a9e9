import { ApiError } from "../errors";
import type { RequestContext } from "../http/context";
import type { VerifiedIdentity } from "../identity/provider";
import type { Log } from "../log/log";
import type { SessionStore } from "../session/store";
import { codeChallengeOf } from "./code-challenge";
import type { AuthorizationStore } from "./store";

export type LoginCodeDeps = { authorizations: AuthorizationStore; sessions: SessionStore; log: Log };

/**
 * Redeems a login code of ours with the PKCE verifier of the game that asked for it (RFC 7636 §4.6). Sent again with it
 * within the code's minute, the answer was lost, and the same session comes back. Any other second use, or a wrong
 * verifier, ends the code and the session that it opened (RFC 6749 §4.1.2).
 * @param sessionId of the session to open
 * @returns the player, and the session that the code opens
 * @throws {ApiError} invalid_grant
 */
export async function redeemLoginCode(
  { authorizations, sessions, log }: LoginCodeDeps,
  { code, codeVerifier }: { code: string; codeVerifier: string },
  sessionId: string,
  context: RequestContext,
): Promise<{ identity: VerifiedIdentity; sessionId: string }> {
  const codeChallenge = codeChallengeOf(codeVerifier);
  const login = await authorizations.redeemLogin(code, codeChallenge, sessionId);
  if (login) {
    const { identity, name, picture } = login;
    return {
      identity: { ...identity, loadProfile: async () => ({ name, picture }) },
      sessionId: login.sessionId,
    };
  }
  const opened = await authorizations.dropLogin(code);
  const ended = opened && (await sessions.revoke(opened));
  if (ended) {
    log.event("replay_detected", {
      userId: ended.userId,
      sessionId: opened,
      reason: "login_code",
      ...context,
    });
  }
  throw new ApiError("invalid_grant", { message: "The login code is not valid." });
}
