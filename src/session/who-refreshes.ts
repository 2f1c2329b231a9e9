import type { BoundSender } from "../dpop/dpop";
import type { SessionDescription, SessionStore } from "./store";
import type { Tokens } from "./token-response";

export type WhoRefreshesDeps = {
  sessions: Pick<SessionStore, "describe">;
  tokens: Pick<Tokens, "refresh">;
  /** How long after its sign-in a session ends at the latest. */
  lifetimes: { maxSeconds: number };
};

/** The id of the player whose living session a refresh token is of, which stays as it was; null for any other token. */
export async function whoRefreshes(deps: WhoRefreshesDeps, refreshToken: string): Promise<number | null> {
  return (await livingSession(deps, refreshToken))?.userId ?? null;
}

/** The living session that a refresh token is of, where it is bound to a key. The token may be an earlier one. */
export async function boundSender(deps: WhoRefreshesDeps, refreshToken: string): Promise<BoundSender | null> {
  const session = await livingSession(deps, refreshToken);
  if (!session || session.jkt === null) return null;
  const { sessionId, jkt, createdAt } = session;
  return { sessionId, jkt, until: new Date(createdAt.getTime() + deps.lifetimes.maxSeconds * 1_000) };
}

async function livingSession(
  { sessions, tokens }: WhoRefreshesDeps,
  refreshToken: string,
): Promise<(SessionDescription & { sessionId: string }) | null> {
  const opened = tokens.refresh.open(refreshToken);
  const session = opened?.knownKey ? await sessions.describe(opened.sessionId) : null;
  return opened && session?.isAlive ? { ...session, sessionId: opened.sessionId } : null;
}
