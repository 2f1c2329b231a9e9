import { Elysia } from "elysia";
import { ApiError } from "../errors";
import type { UserRow } from "../users/store";
import type { AccessTokens } from "./access-token";
import type { SessionStore } from "./store";

/** A signed-in player, as the guard found them. */
export type Player = { user: UserRow; sessionId: string };

/**
 * `auth: true` on a route: answers 401 before the body is looked at, and gives the handler its `player`. The
 * session's row is read every time, so a revoked session ends at once.
 */
export function createGuard(accessTokens: AccessTokens, sessions: SessionStore) {
  const authenticate = async (headers: Headers): Promise<Player> => {
    const authorization = headers.get("authorization");
    if (authorization === null) throw new ApiError("unauthorized");
    const token = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization)?.[1];
    const subject = token ? await accessTokens.verify(token) : null;
    const user = subject ? await sessions.findUser(subject.sessionId, subject.userId) : null;
    if (!subject || !user) throw new ApiError("invalid_token");
    return { user, sessionId: subject.sessionId };
  };
  return new Elysia({ name: "guard" }).macro({
    auth: {
      async transform(context) {
        (context as unknown as Guarded).player = await authenticate(context.request.headers);
      },
      resolve: (context) => ({ player: (context as unknown as Guarded).player }),
      detail: { security: [{ bearer: [] }] },
    },
  });
}

type Guarded = { player: Player };

export type Guard = ReturnType<typeof createGuard>;
