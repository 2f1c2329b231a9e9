import type { RequestContext } from "../http/context";
import type { Log } from "../log/log";
import type { SessionStore } from "./store";
import type { Tokens } from "./token-response";

export type LogoutDeps = { sessions: SessionStore; tokens: Tokens; log: Log };

/** Ends the session of a refresh token, of whatever generation; a dead token is no error (RFC 7009 §2.2). */
export async function logout(
  { sessions, tokens, log }: LogoutDeps,
  token: string,
  context: RequestContext,
): Promise<void> {
  const content = tokens.refresh.open(token);
  const ended = content && (await sessions.revoke(content.sessionId));
  if (ended) log.event("logout", { userId: ended.userId, sessionId: content.sessionId, ...context });
}
