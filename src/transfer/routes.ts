import { Type } from "@sinclair/typebox";
import { Elysia, t } from "elysia";
import type { ReadContext } from "../http/context";
import { errorResponses } from "../http/model";
import type { Limits } from "../limits/limits";
import type { Log } from "../log/log";
import type { Guard } from "../session/guard";
import { TRANSFER_CODE_SECONDS, type TransferStore } from "./store";
import type { TransferCodes } from "./transfer-code";

export type TransferRouteDeps = {
  guard: Guard;
  limits: Limits;
  log: Log;
  readContext: ReadContext;
  transferCodes: TransferCodes;
  transfers: TransferStore;
};

const transferCodeAnswer = t.Object(
  {
    status: t.Literal("success"),
    transfer_code: t.String({ examples: ["7QK2-9XWM-3FTB"] }),
    expires_in: Type.Integer({ description: "Seconds.", examples: [TRANSFER_CODE_SECONDS] }),
  },
  { title: "TransferCode" },
);

/** `POST /api/transfer_code`: a code by which a player goes on on a new device. */
export function transferRoutes({
  guard,
  limits,
  log,
  readContext,
  transferCodes,
  transfers,
}: TransferRouteDeps) {
  return new Elysia({ name: "transfer", tags: ["Devices"] }).use(guard).post(
    "/api/transfer_code",
    async ({ player, request, route, server, set }) => {
      const { user, sessionId } = player;
      const context = readContext({ request, route, server, set });
      await limits.transferCode(user.id, context.ip);
      const { code, hash } = transferCodes.create();
      await transfers.put(hash, user.id);
      log.event("transfer_code_made", { userId: user.id, sessionId, ...context });
      return { status: "success" as const, transfer_code: code, expires_in: TRANSFER_CODE_SECONDS };
    },
    {
      auth: true,
      terms: true,
      response: {
        200: transferCodeAnswer,
        ...errorResponses(
          "unauthorized",
          "invalid_token",
          "terms_required",
          "rate_limited",
          "database_unavailable",
        ),
      },
      detail: {
        operationId: "createTransferCode",
        summary: "A code for a new device",
        description:
          "For players without an account anywhere: `POST /api/login` with `transfer_code` signs the new device in, once within a day. Another code ends this one.",
      },
    },
  );
}
