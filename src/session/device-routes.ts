import { Elysia, t } from "elysia";
import { ApiError } from "../errors";
import type { ReadContext } from "../http/context";
import { errorResponses } from "../http/model";
import type { Log } from "../log/log";
import type { Guard } from "./guard";
import { listSessions, type SessionListDeps } from "./list-sessions";
import { sessionsAnswer } from "./model";
import { type RevokeDeps, revokeAllSessions, revokeSession } from "./revoke-sessions";

export type DeviceRouteDeps = SessionListDeps &
  RevokeDeps & { guard: Guard; log: Log; readContext: ReadContext };

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const NO_CONTENT = { 204: t.Void({ description: "Signed out." }) };
const REFUSALS = ["unauthorized", "invalid_token", "database_unavailable"] as const;

/** A player's signed-in devices: to see, and to sign out from afar. */
export function deviceRoutes(deps: DeviceRouteDeps) {
  const { guard, log, readContext } = deps;
  return new Elysia({ name: "devices", tags: ["Devices"] })
    .use(guard)
    .get(
      "/api/sessions",
      async ({ player }) => ({
        status: "success" as const,
        sessions: await listSessions(deps, player.user.id, player.sessionId),
      }),
      {
        auth: true,
        response: { 200: sessionsAnswer, ...errorResponses(...REFUSALS) },
        detail: { summary: "The player's signed-in devices" },
      },
    )
    .delete(
      "/api/sessions/:id",
      async (request) => {
        const { player, params, set } = request;
        // An id that is none belongs to nobody.
        const sessionId = UUID.test(params.id) ? params.id : "00000000-0000-0000-0000-000000000000";
        await revokeSession(deps, player.user.id, sessionId);
        log.event("session_revoked", { userId: player.user.id, sessionId, ...readContext(request) });
        set.status = 204;
      },
      {
        auth: true,
        params: t.Object({ id: t.String({ description: "A session's id." }) }),
        response: { ...NO_CONTENT, ...errorResponses("validation_failed", ...REFUSALS, "not_found") },
        detail: { summary: "Sign one device out" },
      },
    )
    .delete(
      "/api/sessions",
      async (request) => {
        const { player, path, set } = request;
        // An id that came out empty must not mean every session.
        if (path.endsWith("/")) throw new ApiError("not_found");
        await revokeAllSessions(deps, player.user.id);
        log.event("session_revoked", { userId: player.user.id, ...readContext(request) });
        set.status = 204;
      },
      {
        auth: true,
        response: { ...NO_CONTENT, ...errorResponses(...REFUSALS, "not_found") },
        detail: { summary: "Sign every device out", description: "The device that asks included." },
      },
    );
}
