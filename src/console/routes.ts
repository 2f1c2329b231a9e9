import { Elysia } from "elysia";
import { ApiError } from "../errors";
import { isUuid } from "../session/uuidv7";
import { describePlayer } from "../studio/describe-player";
import { findPlayers } from "../studio/find-players";
import { type ActDeps, act } from "./act";
import { isAction } from "./actions";
import { auditPage } from "./audit-page";
import { figures, figuresShown } from "./figures";
import { consoleFiles } from "./files";
import { requireOwnPage } from "./form-check";
import { actionParams, auditQuery, formBody, playerParams, playerQuery, searchQuery } from "./model";
import { playerPage } from "./player-page";
import { confirmPage } from "./problem-pages";
import { type Search, searchPage } from "./search-page";
import { type ConsoleSignInRouteDeps, consoleSignInRoutes, SIGN_OUT_PATH } from "./sign-in-routes";
import { callOf, forStaff, redirect, type Visit, visitOf } from "./visit";

export type ConsoleDeps = ActDeps & ConsoleSignInRouteDeps;

const FIRST_PATH = "/console";
const ACTION_PATH = "/console/players/:id/:action";

/** Whose bodies are forms. */
export const CONSOLE_FORMS = [FIRST_PATH, SIGN_OUT_PATH, ACTION_PATH];

/** Of a note of 2,000 characters, of which a form sends up to twelve bytes each, and what is around it. */
export const CONSOLE_BODY_BYTES = { [ACTION_PATH]: 25_600 };

const MAXIMUM_ID = 2 ** 31 - 1;
const EVENTS = 50;
const ACTORS = ["player", "staff", "operator", "server", "system"] as const;

/** `/console`: what the studio's people do to players, as pages. */
export function consoleRoutes(deps: ConsoleDeps) {
  const { clock, drafts, roleNames, stores } = deps;

  const showFirst = async (visit: Visit, search: Search) =>
    searchPage(visit, search, figuresShown(await figures(stores), clock.now()));

  const search = async (visit: Visit, query: string, after: string | undefined) =>
    showFirst(visit, {
      query,
      found: query === "" ? null : await findPlayers(stores, query, { after: after ?? null }),
    });

  return new Elysia({ name: "console", detail: { hide: true } })
    .use(consoleFiles())
    .use(consoleSignInRoutes(deps))
    .get("/console/", ({ redirect }) => redirect("../console", 302))
    .get(
      FIRST_PATH,
      ({ query: { q = "", after }, request, route, server, set }) =>
        forStaff(deps, { request, route, server, set }, (visit) =>
          q.includes("@") ? showFirst(visit, { query: "", found: null }) : search(visit, q, after),
        ),
      { query: searchQuery },
    )
    .post(
      FIRST_PATH,
      ({ body: { q = "", after }, request, route, server, set }) =>
        forStaff(deps, { request, route, server, set }, (visit) => {
          requireOwnPage(request.headers, new URL(visit.ownUrl).origin);
          // An email stands in no address.
          if (q.includes("@")) return search(visit, q, after);
          return redirect(`${visit.base}/console?${new URLSearchParams({ q, ...(after && { after }) })}`);
        }),
      { parse: "urlencoded", body: formBody },
    )
    .get("/console/figures", async ({ request, route, server, set }) => {
      // Nobody has to be there for it: it keeps no session from ending.
      const visit = await visitOf(deps, callOf(deps, { request, route, server, set }), false);
      if (!visit) throw new ApiError("unauthorized");
      const { markup } = figuresShown(await figures(stores), clock.now());
      return new Response(markup, { headers: { "content-type": "text/html; charset=utf-8" } });
    })
    .get(
      "/console/players/:id",
      ({ params, query: { done }, request, route, server, set }) =>
        forStaff(deps, { request, route, server, set }, async (visit) =>
          playerPage(visit, await describePlayer(stores, playerId(params.id)), { roleNames, done }),
        ),
      { params: playerParams, query: playerQuery },
    )
    .post(
      ACTION_PATH,
      ({ body, params, request, route, server, set }) => {
        if (!isAction(params.action)) throw new ApiError("not_found");
        const what = { userId: playerId(params.id), action: params.action };
        return act(deps, callOf(deps, { request, route, server, set }), what, withPlainLines(body));
      },
      { parse: "urlencoded", params: actionParams, body: formBody },
    )
    .get("/console/confirm", ({ request, route, server, set }) =>
      forStaff(deps, { request, route, server, set }, async (visit) => {
        const draft = await drafts.find(request.headers);
        return draft ? confirmPage(visit, draft) : redirect(`${visit.base}/console`);
      }),
    )
    .get(
      "/console/audit",
      ({ query: { before, ...filter }, request, route, server, set }) =>
        forStaff(deps, { request, route, server, set }, async (visit) => {
          const { player, actor = "", id, action } = filter;
          if (player && !/^\d{1,10}$/.test(player))
            return auditPage(visit, filter, null, "A player's id is a number.");
          const wanted = {
            userId: player ? playerId(player) : null,
            actorKind: ACTORS.find((kind) => kind === actor) ?? null,
            actorId: id || null,
            action: action || null,
          };
          const from = before && isUuid(before) ? before : null;
          return auditPage(visit, filter, await stores.audit.search(wanted, from, EVENTS));
        }),
      { query: auditQuery },
    );
}

/** @throws {ApiError} not_found for a number that is no id */
function playerId(digits: string): number {
  const id = Number(digits);
  if (id > MAXIMUM_ID) throw new ApiError("not_found");
  return id;
}

/** Browsers send two characters for the end of a line, and count one. */
function withPlainLines(fields: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value.replaceAll("\r\n", "\n")]),
  );
}
