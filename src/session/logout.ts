import type { Clock } from "../clock";
import type { Database } from "../db/database";
import type { RequestContext } from "../http/context";
import type { Log } from "../log/log";
import type { RefreshTokens } from "./refresh-token";

export type LogoutDeps = { database: Database; refreshTokens: RefreshTokens; log: Log; clock: Clock };

/** Ends the session of a refresh token, of whatever generation; a dead token is no error (RFC 7009 §2.2). */
export async function logout(deps: LogoutDeps, token: string, context: RequestContext): Promise<void> {
  const content = deps.refreshTokens.open(token);
  if (!content) return;
  const [session] = await deps.database.prisma.refreshToken.updateManyAndReturn({
    where: { id: content.sessionId, revokedAt: null },
    data: { revokedAt: deps.clock.now() },
    select: { userId: true },
  });
  if (session) deps.log.event("logout", { userId: session.userId, sessionId: content.sessionId, ...context });
}
