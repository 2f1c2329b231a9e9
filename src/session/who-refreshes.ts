import type { SessionStore } from "./store";
import type { Tokens } from "./token-response";

/** The id of the player whose living session a refresh token is of, which stays as it was; null for any other token. */
export async function whoRefreshes(
  { sessions, tokens }: { sessions: Pick<SessionStore, "describe">; tokens: Pick<Tokens, "refresh"> },
  refreshToken: string,
): Promise<number | null> {
  const opened = tokens.refresh.open(refreshToken);
  const session = opened?.knownKey ? await sessions.describe(opened.sessionId) : null;
  return session?.isAlive ? session.userId : null;
}
