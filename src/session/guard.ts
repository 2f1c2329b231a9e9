import { Elysia } from "elysia";
import { ApiError } from "../errors";
import type { UserRow } from "../users/store";
import type { AccessTokens, VerifiedAccessToken } from "./access-token";
import type { SessionStore } from "./store";

/** A signed-in player, as the guard found them. */
export type Player = { user: UserRow; sessionId: string };

/**
 * Finds out whose access token a request carries. The session's row is read every time, so a revoked session ends at
 * once.
 * @throws {ApiError} unauthorized, invalid_token
 */
export type Authenticate = (headers: Headers) => Promise<{ user: UserRow; token: VerifiedAccessToken }>;

export function createAuthenticate(accessTokens: AccessTokens, sessions: SessionStore): Authenticate {
  return async (headers) => {
    const authorization = headers.get("authorization");
    if (authorization === null) throw new ApiError("unauthorized");
    const sent = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization)?.[1];
    const token = sent ? await accessTokens.verify(sent) : null;
    const user = token ? await sessions.findUser(token.sessionId, token.userId) : null;
    if (!token || !user) throw new ApiError("invalid_token");
    return { user, token };
  };
}

/**
 * `auth: true` on a route: answers 401 before the body is looked at, and gives the handler its `player`. A token that
 * another application got from the player is a 403: it may ask who they are, and nothing in their name.
 * @param firstPartyIds ids of the studio's own clients
 */
export function createGuard(authenticate: Authenticate, firstPartyIds: readonly string[]) {
  return new Elysia({ name: "guard" }).macro({
    auth: {
      async transform(context) {
        const { user, token } = await authenticate(context.request.headers);
        if (!firstPartyIds.includes(token.clientId)) throw new ApiError("insufficient_scope");
        (context as unknown as Guarded).player = { user, sessionId: token.sessionId };
      },
      resolve: (context) => ({ player: (context as unknown as Guarded).player }),
      detail: { security: [{ bearer: [] }] },
    },
  });
}

type Guarded = { player: Player };

export type Guard = ReturnType<typeof createGuard>;
