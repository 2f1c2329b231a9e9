import { Elysia } from "elysia";
import type { Door } from "../door/door";
import type { Dpop } from "../dpop/dpop";
import type { ReadContext } from "../http/context";
import { errorResponses, successAnswer } from "../http/model";
import { type LogoutDeps, logout } from "./logout";
import { refreshTokenBody, sessionAnswer } from "./model";
import { type RefreshDeps, refresh } from "./refresh";
import { boundSender, type WhoRefreshesDeps, whoRefreshes } from "./who-refreshes";

export type SessionRouteDeps = RefreshDeps &
  LogoutDeps &
  WhoRefreshesDeps & { atTheDoor: Door; dpop: Dpop; readContext: ReadContext };

export function sessionRoutes(deps: SessionRouteDeps) {
  const { atTheDoor, dpop, readContext } = deps;
  return new Elysia({ name: "session", tags: ["Session"] })
    .post(
      "/api/refresh",
      async ({ body, request, route, server, set }) => {
        await atTheDoor.admit(request.headers, () => whoRefreshes(deps, body.refresh_token));
        const sender = () => boundSender(deps, body.refresh_token);
        const jkt = await dpop.provenKey({ request, server, set }, { sender });
        return refresh(deps, body.refresh_token, jkt, readContext({ request, route, server, set }));
      },
      {
        body: refreshTokenBody,
        response: {
          200: sessionAnswer,
          ...errorResponses(
            "validation_failed",
            "use_dpop_nonce",
            "invalid_grant",
            "invalid_dpop_proof",
            "payload_too_large",
            "unsupported_media_type",
            "client_outdated",
            "rate_limited",
            "maintenance",
            "temporarily_unavailable",
            "database_unavailable",
          ),
        },
        detail: {
          operationId: "refresh",
          summary: "Exchange a refresh token for new tokens",
          description:
            "Rotates the session: the answer's refresh token replaces the one sent. A token sent twice within the grace (a lost response, two tabs) gets the same successor; an older one ends the session. Every dead token gets the same `invalid_grant`.",
        },
      },
    )
    .post(
      "/api/logout",
      async ({ body, request, route, server, set }) => {
        const jkt = await dpop.provenKey({ request, server, set });
        await logout(deps, body.refresh_token, jkt, readContext({ request, route, server, set }));
        return { status: "success" as const };
      },
      {
        body: refreshTokenBody,
        response: {
          200: successAnswer,
          ...errorResponses(
            "validation_failed",
            "use_dpop_nonce",
            "invalid_dpop_proof",
            "payload_too_large",
            "unsupported_media_type",
            "rate_limited",
            "temporarily_unavailable",
            "database_unavailable",
          ),
        },
        detail: {
          operationId: "logout",
          summary: "Sign this device out",
          description:
            "Ends the session at once, its access token included. A token that is already dead is no error (RFC 7009).",
        },
      },
    );
}
