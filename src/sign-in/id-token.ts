import type { AuthorizationStore } from "../authorization/store";
import type { VerifiedIdentity } from "../identity/provider";
import { refusal } from "../identity/refusals";
import { sha256 } from "../sha256";

/**
 * Lets an id token open one session. Sent again within a minute, the answer was lost, and that session comes back.
 * @param token verified
 * @param sessionId of the session to open
 * @throws {ApiError} google_token_invalid or provider_token_invalid when it opened one longer ago
 */
export async function spendIdToken(
  authorizations: AuthorizationStore,
  identity: VerifiedIdentity,
  token: string,
  sessionId: string,
): Promise<{ identity: VerifiedIdentity; sessionId: string }> {
  if (!identity.expiresAt) return { identity, sessionId };
  // Of what is signed alone: a signature may have more than one spelling.
  const hash = sha256(token.slice(0, token.lastIndexOf(".")));
  const opened = await authorizations.spendIdToken(hash, sessionId, identity.expiresAt);
  if (!opened) throw refusal(identity.provider, "token_invalid");
  return { identity, sessionId: opened };
}
