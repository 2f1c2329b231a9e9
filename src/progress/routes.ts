import { Elysia, t } from "elysia";
import { ApiError } from "../errors";
import type { ReadContext } from "../http/context";
import { errorResponses, errorWith } from "../http/model";
import { readIdempotencyKey } from "../idempotency/once";
import type { ServerGuard } from "../server-keys/server-guard";
import { entityTag, readIfMatch } from "./if-match";
import { changesBody, matchAnswer, matchBody, progressAnswer, progressModel } from "./model";
import { MAXIMUM_STARS } from "./progress";
import { reportMatch } from "./report-match";
import { type UpdateProgressDeps, updateProgress } from "./update-progress";

export type ProgressRouteDeps = UpdateProgressDeps & { readContext: ReadContext; serverGuard: ServerGuard };

const REFUSALS = [
  "validation_failed",
  "unauthorized",
  "invalid_token",
  "insufficient_scope",
  "not_found",
  "idempotency_key_in_use",
  "payload_too_large",
  "unsupported_media_type",
  "idempotency_key_reused",
  "progress_out_of_range",
  "rate_limited",
  "database_unavailable",
] as const;

const header = (name: string, description: string, example: string) => ({
  name,
  in: "header" as const,
  required: true,
  description,
  schema: { type: "string" as const },
  example,
});

const PLAYER_ID = "^[1-9][0-9]{0,9}$";

/** Parameters that are said here are all that the document has. */
const PLAYER = {
  name: "id",
  in: "path" as const,
  required: true,
  description: "The player's id.",
  schema: { type: "string" as const, pattern: PLAYER_ID },
  example: "7",
};

const IDEMPOTENCY_KEY = header(
  "Idempotency-Key",
  "Made once for what is reported, and sent again with it: for 24 hours the same request gets the same answer.",
  "eu-4711",
);

const IF_MATCH = header("If-Match", "The version that is changed, in quotes, or `*` for any.", '"3"');

/** What game servers report of players. */
export function progressRoutes(deps: ProgressRouteDeps) {
  const { readContext, serverGuard } = deps;
  return new Elysia({ name: "progress", tags: ["Game servers"] })
    .use(serverGuard)
    .patch(
      "/api/players/:id/progress",
      async ({ body, caller, params, request, route, server, set }) => {
        const { headers } = request;
        const key = readIdempotencyKey(headers);
        const versions = readIfMatch(headers.get("if-match"));
        const id = Number(params.id);
        if (id > MAXIMUM_STARS) throw new ApiError("not_found");
        const content = JSON.stringify(["progress", id, versions, body]);
        const player = await updateProgress(
          deps,
          id,
          versions,
          body,
          { keyId: caller.keyId, key, content },
          readContext({ request, route, server, set }),
        );
        set.headers.etag = entityTag(player.version);
        return { status: "success" as const, player };
      },
      {
        serverKey: "progress:write",
        params: t.Object({ id: t.String({ pattern: PLAYER_ID }) }),
        body: changesBody,
        response: {
          200: progressAnswer,
          ...errorResponses(...REFUSALS, "precondition_failed"),
          409: errorWith(
            ["version_conflict", "idempotency_key_in_use"],
            "ProgressConflictError",
            { player: t.Optional(progressModel) },
            { player: { id: 7, stars: 11, level: 2, stats: { best_score: 120, plates: 9 }, version: 4 } },
          ),
        },
        detail: {
          operationId: "updateProgress",
          parameters: [PLAYER, IDEMPOTENCY_KEY, IF_MATCH],
          summary: "Add to a player's progress",
          description:
            "For a key with `progress:write`. Stars and levels are added, each stat by its rule. `ETag` and `version` say which version it is then. `version_conflict` has the progress as it is in `player`.",
        },
      },
    )
    .post(
      "/api/matches",
      async ({ body, caller, request, route, server, set }) => {
        const key = readIdempotencyKey(request.headers);
        const { match_id, players } = body;
        const content = JSON.stringify(["match", match_id, players]);
        const reported = await reportMatch(
          deps,
          players,
          match_id,
          { keyId: caller.keyId, key, content },
          readContext({ request, route, server, set }),
        );
        return { status: "success" as const, players: reported };
      },
      {
        serverKey: "progress:write",
        body: matchBody,
        response: { 200: matchAnswer, ...errorResponses(...REFUSALS) },
        detail: {
          operationId: "reportMatch",
          parameters: [IDEMPOTENCY_KEY],
          summary: "Report a match",
          description:
            "For a key with `progress:write`: what a match was worth to up to 64 players, all of it or, where anything is refused, nothing.",
        },
      },
    );
}
