import { Elysia } from "elysia";
import type { ReadContext } from "../http/context";
import { errorResponses } from "../http/model";
import type { Guard } from "../session/guard";
import { sessionAnswer } from "../session/model";
import { type FreshProofDeps, requireFreshProof } from "../sign-in/fresh-proof";
import type { Stores } from "../stores";
import { exportAccount } from "./export";
import { type LeaveDeps, leave } from "./leave";
import { exportAnswer, leaveAnswer, leaveBody } from "./model";
import { type RestoreDeps, restore } from "./restore";

export type LeavingRouteDeps = Stores &
  FreshProofDeps &
  LeaveDeps &
  RestoreDeps & {
    guard: Guard;
    /** Lets in as well who has left by this very session. */
    leaversGuard: Guard;
    readContext: ReadContext;
  };

const REFUSALS = ["unauthorized", "invalid_token", "rate_limited", "database_unavailable"] as const;

/** What is kept of a player, and how they leave and come back. */
export function leavingRoutes(deps: LeavingRouteDeps) {
  const { clock, guard, leaversGuard, limits, log, readContext } = deps;
  const exporting = new Elysia({ name: "export", tags: ["Profile"] }).use(guard).get(
    "/api/me/export",
    async ({ player: { user, sessionId }, request, route, server, set }) => {
      await limits.profileChange(user.id);
      const exported = await exportAccount(deps, clock, user);
      const context = readContext({ request, route, server, set });
      log.event("account_exported", { userId: user.id, sessionId, ...context });
      return { status: "success" as const, ...exported };
    },
    {
      auth: true,
      response: { 200: exportAnswer, ...errorResponses(...REFUSALS) },
      detail: {
        operationId: "exportAccount",
        summary: "Everything that is kept of the player",
        description: "One JSON, without tokens, secrets and hashes of them.",
      },
    },
  );
  const leaving = new Elysia({ name: "leaving", tags: ["Profile"] })
    .use(leaversGuard)
    .delete(
      "/api/me",
      async ({ body, player, request, route, server, set }) => {
        const context = readContext({ request, route, server, set });
        await limits.profileChange(player.user.id);
        await requireFreshProof(deps, player, body, context);
        const deletesAt = await leave(deps, player, context);
        return { status: "success" as const, deletes_at: deletesAt.toISOString() };
      },
      {
        auth: true,
        body: leaveBody,
        response: {
          200: leaveAnswer,
          ...errorResponses(
            "validation_failed",
            "provider_unavailable",
            ...REFUSALS,
            "reauth_required",
            "google_token_invalid",
            "google_audience_mismatch",
            "provider_token_invalid",
            "provider_audience_mismatch",
            "invalid_grant",
            "account_disabled",
            "payload_too_large",
            "unsupported_media_type",
            "google_unavailable",
            "provider_unavailable_now",
          ),
        },
        detail: {
          operationId: "deleteAccount",
          summary: "Delete the player",
          description:
            "Takes a proof as /api/login does, or none within ten minutes of the sign-in of this session. Every device is signed out at once. Until `deletes_at` a sign-in brings the player back, and so does this session at /api/me/restore; after it nothing of them is kept but their id.",
        },
      },
    )
    .post(
      "/api/me/restore",
      async ({ player, request, route, server, set }) => {
        await limits.profileChange(player.user.id);
        return restore(deps, player, readContext({ request, route, server, set }));
      },
      {
        auth: true,
        response: { 200: sessionAnswer, ...errorResponses(...REFUSALS) },
        detail: {
          operationId: "restoreAccount",
          summary: "Take the deletion of the player back",
          description:
            "By the session that asked for it, for as long as its access token is good; later a sign-in does. The devices that were signed out by the deletion go on.",
        },
      },
    );
  return new Elysia({ name: "leaving routes" }).use(exporting).use(leaving);
}
