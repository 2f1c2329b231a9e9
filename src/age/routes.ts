import { Elysia, t } from "elysia";
import type { Timepiece } from "../clock";
import { ApiError } from "../errors";
import type { ReadContext } from "../http/context";
import { errorResponses } from "../http/model";
import type { Limits } from "../limits/limits";
import type { Log } from "../log/log";
import type { Guard } from "../session/guard";
import type { Transact } from "../stores";
import { AGE_BANDS, userAnswer } from "../users/model";
import { toUser } from "../users/to-user";
import { setAgeBand } from "./set-age-band";

export type AgeRouteDeps = {
  clock: Timepiece;
  guard: Guard;
  limits: Limits;
  log: Log;
  readContext: ReadContext;
  /** Whether players are asked at all. */
  asksAge: boolean;
  transact: Transact;
};

const ageBody = t.Object(
  { age_band: t.UnionEnum(AGE_BANDS, { examples: ["teen"] }) },
  { title: "AgeBandRequest" },
);

/** `POST /api/age_band`: a player says how old they are, once. */
export function ageRoutes({ asksAge, clock, guard, limits, log, readContext, transact }: AgeRouteDeps) {
  return new Elysia({ name: "age", tags: ["Profile"] }).use(guard).post(
    "/api/age_band",
    async ({ body, player: { user, sessionId }, request, route, server, set }) => {
      if (!asksAge) throw new ApiError("not_found");
      const context = readContext({ request, route, server, set });
      await limits.profileChange(user.id);
      const by = { actor: { kind: "player", id: user.id }, requestId: context.requestId } as const;
      const changed = await transact((stores) => setAgeBand(stores, clock, user.id, body.age_band, by));
      log.event("age_band_set", { userId: user.id, sessionId, ...context });
      return { status: "success" as const, user: toUser(changed) };
    },
    {
      auth: true,
      body: ageBody,
      response: {
        200: userAnswer,
        ...errorResponses(
          "validation_failed",
          "unauthorized",
          "invalid_token",
          "not_found",
          "age_band_set",
          "payload_too_large",
          "unsupported_media_type",
          "rate_limited",
          "database_unavailable",
        ),
      },
      detail: {
        operationId: "setAgeBand",
        summary: "Say how old the player is",
        description:
          "Where the studio asks for it. Said once; after that the studio alone changes it, and records a guardian's consent.",
      },
    },
  );
}
