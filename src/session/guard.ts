import { Elysia } from "elysia";
import type { Dpop, ProvenRequest } from "../dpop/dpop";
import { ApiError } from "../errors";
import { alsoAnswers } from "../http/model";
import { requireTerms, type Terms } from "../terms/terms";
import type { UserRow } from "../users/store";
import type { AccessTokens, VerifiedAccessToken } from "./access-token";
import type { SessionStore } from "./store";

/** A signed-in player, as the guard found them. */
export type Player = { user: UserRow; sessionId: string };

/**
 * Whom one of the studio's people looks at, with a token that the console made.
 * @param route that is asked, as it was declared
 * @returns null for any other token
 * @throws {ApiError} insufficient_scope for a request that is no reading, or reads what only the player may
 */
export type ViewAs = (request: Request, route: string) => Promise<Player | null>;

/**
 * Finds out whose access token a request carries. The session's row is read every time, so a revoked session ends at
 * once.
 * @throws {ApiError} unauthorized, invalid_token; invalid_dpop_proof, use_dpop_nonce
 */
export type Authenticate = (parts: ProvenRequest) => Promise<{ user: UserRow; token: VerifiedAccessToken }>;

export function createAuthenticate(
  accessTokens: AccessTokens,
  sessions: Pick<SessionStore, "findUser">,
  dpop: Dpop,
): Authenticate {
  /** A bound token is worth nothing without its key, and is sent in a scheme of its own (RFC 9449 §7.1, §7.2). */
  const requireBinding = async (
    { jkt, sessionId, claims }: VerifiedAccessToken,
    inDpopScheme: boolean,
    parts: ProvenRequest,
    token: string,
  ) => {
    if (inDpopScheme !== (jkt !== null)) throw new ApiError("invalid_token");
    if (jkt === null) return;
    const sender = async () => ({ sessionId, jkt, until: new Date(Number(claims.exp) * 1_000) });
    if ((await dpop.provenKey(parts, { accessToken: token, sender })) !== jkt)
      throw new ApiError("invalid_dpop_proof", { cause: "dpop_key" });
  };
  return async (parts) => {
    const authorization = parts.request.headers.get("authorization");
    if (authorization === null) throw new ApiError("unauthorized");
    const [, scheme = "", sent] = /^(Bearer|DPoP) +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization) ?? [];
    const token = sent ? await accessTokens.verify(sent) : null;
    if (token && sent) await requireBinding(token, scheme.toLowerCase() === "dpop", parts, sent);
    const user = token ? await sessions.findUser(token.sessionId, token.userId) : null;
    if (!token || !user) throw new ApiError("invalid_token");
    return { user, token };
  };
}

/** What a route with `auth: true` may answer, whatever else it does. */
const GUARD_ERRORS = [
  "unauthorized",
  "invalid_token",
  "insufficient_scope",
  "use_dpop_nonce",
  "invalid_dpop_proof",
  "database_unavailable",
] as const;

/**
 * `auth: true` on a route: answers 401 before the body is looked at, and gives the handler its `player`. A token that
 * another application got from the player is a 403: it may ask who they are, and nothing in their name.
 *
 * `terms: true` beside it: a 403 for who has not accepted the terms of the game.
 * @param firstPartyIds ids of the studio's own clients
 * @param viewAs is asked about a token that is no access token
 * @param name of its own for each way to authenticate
 */
export function createGuard(
  authenticate: Authenticate,
  {
    firstPartyIds,
    terms,
    viewAs = async () => null,
    name = "guard",
  }: { firstPartyIds: readonly string[]; terms: Terms; viewAs?: ViewAs; name?: string },
) {
  return new Elysia({ name }).macro({
    auth: {
      async transform(context) {
        const { request, route, server, set } = context;
        const guarded = context as unknown as Guarded;
        try {
          const { user, token } = await authenticate({ request, server, set });
          if (!firstPartyIds.includes(token.clientId)) throw new ApiError("insufficient_scope");
          guarded.player = { user, sessionId: token.sessionId };
        } catch (refusal) {
          const viewed = await viewAs(request, route);
          if (!viewed) throw refusal;
          guarded.player = viewed;
        }
      },
      resolve: (context) => ({ player: (context as unknown as Guarded).player }),
      detail: { security: [{ bearer: [] }], ...alsoAnswers(...GUARD_ERRORS) },
    },
    terms: {
      beforeHandle: (context) => requireTerms(terms, (context as unknown as Guarded).player.user),
    },
  });
}

type Guarded = { player: Player };

export type Guard = ReturnType<typeof createGuard>;
