import { Elysia } from "elysia";
import type { ReadContext } from "../http/context";
import { errorResponses } from "../http/model";
import type { Limits } from "../limits/limits";
import type { UserStore } from "../users/store";
import { findPlayers } from "./find-players";
import { listTop } from "./list-top";
import { playersAnswer, playersQuery, topAnswer, topQuery } from "./model";

export type PlayerRouteDeps = { users: UserStore; limits: Limits; readContext: ReadContext };

const REFUSALS = errorResponses("validation_failed", "rate_limited", "database_unavailable");

/** What everybody may see of players. */
export function playerRoutes({ users, limits, readContext }: PlayerRouteDeps) {
  return new Elysia({ name: "players", tags: ["Players"] })
    .get(
      "/api/players",
      async ({ query, request, route, server, set }) => {
        await limits.lookUp(readContext({ request, route, server, set }).ip);
        return { status: "success" as const, players: await findPlayers(users, query.ids) };
      },
      {
        query: playersQuery,
        response: { 200: playersAnswer, ...REFUSALS },
        detail: {
          operationId: "getPlayers",
          summary: "Public profiles",
          description: "For everybody, signed in or not. Never an email.",
        },
      },
    )
    .get(
      "/api/players/top",
      async ({ query: { by, limit, after }, request, route, server, set }) => {
        await limits.lookUp(readContext({ request, route, server, set }).ip);
        const page = await listTop(users, by, limit === undefined ? undefined : Number(limit), after);
        return { status: "success" as const, ...page };
      },
      {
        query: topQuery,
        response: { 200: topAnswer, ...REFUSALS },
        detail: {
          operationId: "listTopPlayers",
          summary: "The players with most stars, or of the highest level",
          description:
            "For everybody. Guests are among them; who is banned is not. `next` leads to the page after this one.",
        },
      },
    );
}
