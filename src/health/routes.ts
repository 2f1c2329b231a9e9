import { Elysia, t } from "elysia";
import type { Database } from "../db/database";
import { ApiError } from "../errors";
import { errorResponses } from "../http/model";

const healthy = t.Object({ status: t.Literal("success") });

/** Liveness: the process answers. Readiness: so does its database. */
export function healthRoutes(database: Database) {
  return new Elysia({ name: "health", tags: ["Health"] })
    .get("/health/live", () => ({ status: "success" as const }), {
      response: { 200: healthy },
      detail: { summary: "The process answers" },
    })
    .get(
      "/health/ready",
      async () => {
        await database.ping().catch((cause) => {
          throw new ApiError("database_unavailable", { cause });
        });
        return { status: "success" as const };
      },
      {
        response: { 200: healthy, ...errorResponses("database_unavailable") },
        detail: { summary: "The process and its database answer" },
      },
    );
}
