import { Elysia } from "elysia";
import type { ReadContext } from "../http/context";
import { errorResponses } from "../http/model";
import type { Limits } from "../limits/limits";
import type { ServerGuard } from "../server-keys/server-guard";
import type { Guard } from "../session/guard";
import { TICKET_LIFETIME_SECONDS } from "./join-ticket";
import { joinTicketAnswer, joinTicketBody, redeemAnswer, redeemBody } from "./model";
import { type RedeemDeps, redeem } from "./redeem";

export type JoinTicketRouteDeps = RedeemDeps & {
  guard: Guard;
  limits: Limits;
  readContext: ReadContext;
  serverGuard: ServerGuard;
};

const REFUSALS = [
  "validation_failed",
  "unauthorized",
  "invalid_token",
  "payload_too_large",
  "unsupported_media_type",
  "rate_limited",
  "database_unavailable",
] as const;

/** How a game server gets to know who joins it. */
export function joinTicketRoutes(deps: JoinTicketRouteDeps) {
  const { guard, joinTickets, limits, log, readContext, serverGuard } = deps;
  return new Elysia({ name: "join-tickets", tags: ["Game servers"] })
    .use(guard)
    .use(serverGuard)
    .post(
      "/api/join_tickets",
      async ({ body, player, request, route, server, set }) => {
        const { sessionId, user } = player;
        await limits.joinTicket(user.id);
        const ticket = await joinTickets.issue({ userId: user.id, sessionId, server: body.server });
        const context = readContext({ request, route, server, set });
        log.event("join_ticket_made", { userId: user.id, sessionId, gameServer: body.server, ...context });
        return { status: "success" as const, ticket, expires_in: TICKET_LIFETIME_SECONDS };
      },
      {
        auth: true,
        terms: true,
        body: joinTicketBody,
        response: { 200: joinTicketAnswer, ...errorResponses(...REFUSALS, "terms_required") },
        detail: {
          operationId: "createJoinTicket",
          summary: "A ticket for a game server",
          description:
            "The game hands it to the game server, which learns from it who joins. It serves once, at that server alone, within a minute.",
        },
      },
    )
    .post(
      "/api/join_tickets/redeem",
      async ({ body, caller, request, route, server, set }) => ({
        status: "success" as const,
        ...(await redeem(deps, body.ticket, caller, readContext({ request, route, server, set }))),
      }),
      {
        serverKey: "tickets:redeem",
        body: redeemBody,
        response: {
          200: redeemAnswer,
          ...errorResponses(...REFUSALS, "invalid_ticket", "insufficient_scope"),
        },
        detail: {
          operationId: "redeemJoinTicket",
          summary: "Let a player in",
          description:
            "For a key with `tickets:redeem`, which is made for one game server. `invalid_ticket` is the one answer to whatever does not let in: forged, expired, used, another server's, or of a player who has signed out, was banned or merged. A ticket serves once: where this answer is lost, the player asks for another ticket.",
        },
      },
    );
}
