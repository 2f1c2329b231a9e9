import { Elysia } from "elysia";
import type { Database } from "../db/database";
import { ApiError } from "../errors";
import { errorResponses, successAnswer } from "../http/model";

/** Liveness: the process answers. Readiness: so does its database. */
export function healthRoutes(database: Database) {
  return new Elysia({ name: "health", tags: ["Health"] })
    .get("/health/live", () => ({ status: "success" as const }), {
      response: { 200: successAnswer },
      detail: {
        operationId: "checkLive",
        summary: "The process answers",
        description: "Whether to restart it.",
      },
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
        response: { 200: successAnswer, ...errorResponses("database_unavailable") },
        detail: {
          operationId: "checkReady",
          summary: "The process and its database answer",
          description: "Whether to send it players.",
        },
      },
    );
}
