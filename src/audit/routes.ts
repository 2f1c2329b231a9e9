import { Elysia } from "elysia";
import { errorResponses } from "../http/model";
import type { Guard } from "../session/guard";
import type { SessionStore } from "../session/store";
import { eventsAnswer, eventsQuery } from "./model";
import { listPlayerEvents } from "./player-events";
import type { AuditStore } from "./store";

export type AuditRouteDeps = { audit: AuditStore; guard: Guard; sessions: SessionStore };

/** What a player may know of what was done to them. */
export function auditRoutes(deps: AuditRouteDeps) {
  return new Elysia({ name: "audit", tags: ["Profile"] }).use(deps.guard).get(
    "/api/me/events",
    async ({ player, query: { before = null, limit = "50" } }) => ({
      status: "success" as const,
      ...(await listPlayerEvents(deps, player.user.id, before, Number(limit))),
    }),
    {
      auth: true,
      query: eventsQuery,
      response: {
        200: eventsAnswer,
        ...errorResponses("validation_failed", "unauthorized", "invalid_token", "database_unavailable"),
      },
      detail: {
        operationId: "listMyEvents",
        summary: "What happened to the player's account",
        description:
          "New devices, names, ways in, merges and what the studio did, the latest first. Kept as long as `audit.retention_days` says.",
      },
    },
  );
}
