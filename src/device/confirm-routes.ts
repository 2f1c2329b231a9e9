import { Elysia } from "elysia";
import { ApiError } from "../errors";
import type { ReadContext } from "../http/context";
import { errorResponses, successAnswer } from "../http/model";
import type { Limits } from "../limits/limits";
import type { Log } from "../log/log";
import type { Guard } from "../session/guard";
import { type FindRequestDeps, lookUp } from "./find-request";
import { askingDeviceAnswer, decisionBody, userCodeBody } from "./model";

export type DeviceConfirmDeps = FindRequestDeps & {
  guard: Guard;
  limits: Limits;
  log: Log;
  readContext: ReadContext;
};

const REFUSALS = [
  "validation_failed",
  "unauthorized",
  "invalid_token",
  "not_found",
  "payload_too_large",
  "unsupported_media_type",
  "rate_limited",
  "database_unavailable",
] as const;

/** A player who is signed in signs another device in from the game: a guest too, whom no page knows. */
export function deviceConfirmRoutes(deps: DeviceConfirmDeps) {
  const { devices, guard, log, readContext, userCodes } = deps;
  const find = async (typed: string, ip: string) => {
    const asking = await lookUp(deps, typed, ip);
    if (!asking) throw new ApiError("not_found", { message: "No device waits with this code." });
    return asking;
  };

  return new Elysia({ name: "device-confirm", tags: ["Devices"] })
    .use(guard)
    .post(
      "/api/device/lookup",
      async ({ body, request, route, server, set }) => {
        const { ip } = readContext({ request, route, server, set });
        const asking = await find(body.user_code, ip);
        return {
          status: "success" as const,
          request: {
            user_code: asking.userCode,
            client_name: asking.clientName,
            device: asking.device,
            ip: asking.ip,
            seconds_ago: Math.floor(asking.secondsAgo),
          },
        };
      },
      {
        auth: true,
        body: userCodeBody,
        response: { 200: askingDeviceAnswer, ...errorResponses(...REFUSALS) },
        detail: {
          operationId: "lookUpDevice",
          summary: "What asks to be signed in by a code",
          description:
            "For a game to show its player before `/api/device/confirm`: somebody else's device is none of theirs (RFC 8628 §5.4).",
        },
      },
    )
    .post(
      "/api/device/confirm",
      async ({ body, player, request, route, server, set }) => {
        const { user, sessionId } = player;
        const context = readContext({ request, route, server, set });
        const { userCode, device } = await find(body.user_code, context.ip);
        const hashes = userCodes.hashes(userCode);
        const isAllowed = body.decision === "allow";
        const isDone = isAllowed ? await devices.approveAs(hashes, user.id) : await devices.deny(hashes);
        if (!isDone) throw new ApiError("not_found", { message: "No device waits with this code." });
        log.event(isAllowed ? "device_allowed" : "device_denied", {
          userId: user.id,
          sessionId,
          device: device ?? undefined,
          ...context,
        });
        return { status: "success" as const };
      },
      {
        auth: true,
        body: decisionBody,
        response: { 200: successAnswer, ...errorResponses(...REFUSALS) },
        detail: {
          operationId: "confirmDevice",
          summary: "Sign a device in that shows a code, or refuse it",
          description: "`allow` signs the device in as the player who asks; `deny` tells it so.",
        },
      },
    );
}
