import { Elysia, t } from "elysia";
import type { Timepiece } from "../clock";
import type { ReadContext } from "../http/context";
import { errorResponses } from "../http/model";
import type { Limits } from "../limits/limits";
import type { Log } from "../log/log";
import type { Guard } from "../session/guard";
import type { Transact } from "../stores";
import { userAnswer } from "../users/model";
import { toUser } from "../users/to-user";
import { acceptTerms } from "./accept";
import type { Terms } from "./terms";

export type TermsRouteDeps = {
  clock: Timepiece;
  guard: Guard;
  limits: Limits;
  log: Log;
  readContext: ReadContext;
  terms: Terms;
  transact: Transact;
};

const termsBody = t.Object(
  {
    version: t.String({
      minLength: 1,
      maxLength: 64,
      description: "Which the player has read: of `terms_required`.",
      examples: ["2026-11"],
    }),
  },
  { title: "AcceptTermsRequest" },
);

/** `POST /api/terms`: a player accepts the terms of the game. */
export function termsRoutes(deps: TermsRouteDeps) {
  const { guard, limits, log, readContext } = deps;
  return new Elysia({ name: "terms", tags: ["Profile"] }).use(guard).post(
    "/api/terms",
    async ({ body, player: { user, sessionId }, request, route, server, set }) => {
      const context = readContext({ request, route, server, set });
      await limits.profileChange(user.id);
      const accepted = await acceptTerms(deps, user, body.version, context.requestId);
      log.event("terms_accepted", { userId: user.id, sessionId, ...context });
      return { status: "success" as const, user: toUser(accepted) };
    },
    {
      auth: true,
      body: termsBody,
      response: {
        200: userAnswer,
        ...errorResponses(
          "validation_failed",
          "unauthorized",
          "invalid_token",
          "terms_required",
          "not_found",
          "payload_too_large",
          "unsupported_media_type",
          "rate_limited",
          "database_unavailable",
        ),
      },
      detail: {
        operationId: "acceptTerms",
        summary: "Accept the terms of the game",
        description:
          "Where the studio has set some. Another version than that of now is 403 `terms_required`, which says the one of now.",
      },
    },
  );
}
