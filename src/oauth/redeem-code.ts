import { codeChallengeOf } from "../authorization/code-challenge";
import type { RequestContext } from "../http/context";
import type { Log } from "../log/log";
import type { SessionStore } from "../session/store";
import { OAuthError } from "./oauth-error";
import type { GrantStore, RedeemedGrant } from "./store";

export type RedeemCodeDeps = { grants: GrantStore; sessions: SessionStore; log: Log };

export type CodeRequest = { code: string; codeVerifier: string; redirectUri: string; clientId: string };

/**
 * Redeems an authorization code with the PKCE verifier of the client that asked for it (RFC 7636 §4.6). A second use, a
 * wrong verifier, another client or redirect ends the code and the session that it opened (RFC 6749 §4.1.2).
 * @throws {OAuthError} invalid_grant
 */
export async function redeemCode(
  deps: RedeemCodeDeps,
  { code, codeVerifier, redirectUri, clientId }: CodeRequest,
  context: RequestContext,
): Promise<RedeemedGrant> {
  const codeChallenge = codeChallengeOf(codeVerifier);
  const redeemed = await deps.grants.redeemCode(code, { clientId, redirectUri, codeChallenge });
  if (redeemed) return redeemed;
  const sessionId = await deps.grants.dropCode(code);
  if (sessionId !== null) await endSession(deps, sessionId, context);
  throw invalidCode();
}

/**
 * Looks once more, when the session is open, whether the code was used again in the meantime.
 * @throws {OAuthError} invalid_grant, and the session is over
 */
export async function requireUsedOnce(
  deps: RedeemCodeDeps,
  code: string,
  sessionId: string,
  context: RequestContext,
): Promise<void> {
  if (await deps.grants.isCodeThere(code)) return;
  await endSession(deps, sessionId, context);
  throw invalidCode();
}

async function endSession(
  { sessions, log }: RedeemCodeDeps,
  sessionId: string,
  context: RequestContext,
): Promise<void> {
  const ended = await sessions.revoke(sessionId);
  if (ended)
    log.event("replay_detected", {
      userId: ended.userId,
      sessionId,
      reason: "authorization_code",
      ...context,
    });
}

function invalidCode(): OAuthError {
  return new OAuthError("invalid_grant", { description: "The authorization code is not valid." });
}
