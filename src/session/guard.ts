import { Elysia } from "elysia";
import type { Dpop, ProvenRequest } from "../dpop/dpop";
import { ApiError } from "../errors";
import type { UserRow } from "../users/store";
import type { AccessTokenSubject, AccessTokens } from "./access-token";
import type { SessionStore } from "./store";

/** A signed-in player, as the guard found them. */
export type Player = { user: UserRow; sessionId: string };

/**
 * `auth: true` on a route: answers 401 before the body is looked at, and gives the handler its `player`. The
 * session's row is read every time, so a revoked session ends at once.
 */
export function createGuard(accessTokens: AccessTokens, sessions: SessionStore, dpop: Dpop) {
  const authenticate = async (parts: ProvenRequest): Promise<Player> => {
    const authorization = parts.request.headers.get("authorization");
    if (authorization === null) throw new ApiError("unauthorized");
    const [, scheme = "", token] = /^(Bearer|DPoP) +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization) ?? [];
    const subject = token ? await accessTokens.verify(token) : null;
    if (subject) await requireBinding(subject, scheme.toLowerCase() === "dpop", parts, token);
    const user = subject ? await sessions.findUser(subject.sessionId, subject.userId) : null;
    if (!subject || !user) throw new ApiError("invalid_token");
    return { user, sessionId: subject.sessionId };
  };
  /** A bound token is worth nothing without its key, and is sent in a scheme of its own (RFC 9449 §7.1, §7.2). */
  const requireBinding = async (
    { jkt }: AccessTokenSubject,
    inDpopScheme: boolean,
    parts: ProvenRequest,
    token: string | undefined,
  ) => {
    if (inDpopScheme !== (jkt !== null)) throw new ApiError("invalid_token");
    if (jkt !== null && (await dpop.provenKey(parts, token)) !== jkt)
      throw new ApiError("invalid_dpop_proof", { cause: "dpop_key" });
  };
  return new Elysia({ name: "guard" }).macro({
    auth: {
      async transform(context) {
        const { request, server, set } = context;
        (context as unknown as Guarded).player = await authenticate({ request, server, set });
      },
      resolve: (context) => ({ player: (context as unknown as Guarded).player }),
      detail: { security: [{ bearer: [] }] },
    },
  });
}

type Guarded = { player: Player };

export type Guard = ReturnType<typeof createGuard>;
