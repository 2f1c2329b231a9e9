import { Elysia, t } from "elysia";
import { ApiError } from "../errors";
import type { ReadContext } from "../http/context";
import { empty } from "../http/empty";
import { errorResponses } from "../http/model";
import type { Limits } from "../limits/limits";
import { logRefusal } from "../limits/refusal-log";
import type { Log } from "../log/log";
import type { Guard } from "./guard";
import { listSessions } from "./list-sessions";
import { sessionsAnswer } from "./model";
import type { SessionStore } from "./store";
import { isUuid } from "./uuidv7";

export type DeviceRouteDeps = {
  sessions: SessionStore;
  guard: Guard;
  limits: Limits;
  log: Log;
  readContext: ReadContext;
};

const NO_CONTENT = { 204: t.Void({ description: "Signed out." }) };
const REFUSALS = ["unauthorized", "invalid_token", "database_unavailable"] as const;

/** A player's signed-in devices: to see, and to sign out from afar. */
export function deviceRoutes(deps: DeviceRouteDeps) {
  const { sessions, guard, log, readContext } = deps;
  return new Elysia({ name: "devices", tags: ["Devices"] })
    .use(guard)
    .get(
      "/api/sessions",
      async ({ player }) => ({
        status: "success" as const,
        sessions: await listSessions(sessions, player.user.id, player.sessionId),
      }),
      {
        auth: true,
        response: { 200: sessionsAnswer, ...errorResponses(...REFUSALS) },
        detail: {
          operationId: "listSessions",
          summary: "The player's signed-in devices",
          description: "Each device has a session of its own; the one that asks is `current`.",
        },
      },
    )
    .delete(
      "/api/sessions/:id",
      async ({ params, player, request, route, server, set }) => {
        const { user } = player;
        const context = readContext({ request, route, server, set });
        const ended = isUuid(params.id) && (await sessions.revokeOfUser(user.id, params.id));
        if (!ended) {
          await logRefusal(deps, "refused", {
            code: "not_found",
            userId: user.id,
            sessionId: player.sessionId,
            ...context,
          });
          throw new ApiError("not_found");
        }
        log.event("session_revoked", { userId: user.id, sessionId: params.id, ...context });
        return empty(204);
      },
      {
        auth: true,
        params: t.Object({ id: t.String({ description: "A session's id." }) }),
        response: { ...NO_CONTENT, ...errorResponses("validation_failed", ...REFUSALS, "not_found") },
        detail: {
          operationId: "revokeSession",
          summary: "Sign one device out",
          description: "Ends its session at once, its access token included.",
        },
      },
    )
    .delete(
      "/api/sessions",
      async ({ player, request, route, server, set }) => {
        await sessions.revokeAllOfUser(player.user.id);
        const context = readContext({ request, route, server, set });
        log.event("session_revoked", { userId: player.user.id, ...context });
        return empty(204);
      },
      {
        auth: true,
        response: { ...NO_CONTENT, ...errorResponses(...REFUSALS, "not_found") },
        detail: {
          operationId: "revokeAllSessions",
          summary: "Sign every device out",
          description: "The device that asks included.",
        },
      },
    );
}
