import { Elysia } from "elysia";
import type { ReadContext } from "../http/context";
import { errorResponses } from "../http/model";
import { type LogoutDeps, logout } from "./logout";
import { logoutAnswer, refreshTokenBody, sessionAnswer } from "./model";
import { type RefreshDeps, refresh } from "./refresh";

export function sessionRoutes(deps: RefreshDeps & LogoutDeps & { readContext: ReadContext }) {
  const { readContext } = deps;
  return new Elysia({ name: "session", tags: ["Session"] })
    .post(
      "/api/refresh",
      ({ body, request, route, server, set }) =>
        refresh(deps, body.refresh_token, readContext({ request, route, server, set })),
      {
        body: refreshTokenBody,
        response: {
          200: sessionAnswer,
          ...errorResponses(
            "validation_failed",
            "invalid_grant",
            "payload_too_large",
            "unsupported_media_type",
            "rate_limited",
            "temporarily_unavailable",
            "database_unavailable",
          ),
        },
        detail: {
          summary: "Exchange a refresh token for new tokens",
          description:
            "Rotates the session: the answer's refresh token replaces the one sent. A token sent twice within the grace (a lost response, two tabs) gets the same successor; an older one ends the session. Every dead token gets the same `invalid_grant`.",
        },
      },
    )
    .post(
      "/api/logout",
      async ({ body, request, route, server, set }) => {
        await logout(deps, body.refresh_token, readContext({ request, route, server, set }));
        return { status: "success" as const };
      },
      {
        body: refreshTokenBody,
        response: {
          200: logoutAnswer,
          ...errorResponses(
            "validation_failed",
            "payload_too_large",
            "unsupported_media_type",
            "rate_limited",
            "temporarily_unavailable",
            "database_unavailable",
          ),
        },
        detail: {
          summary: "Sign this device out",
          description:
            "Ends the session at once, its access token included. A token that is already dead is no error (RFC 7009).",
        },
      },
    );
}
