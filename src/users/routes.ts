import { Elysia } from "elysia";
import type { Timepiece } from "../clock";
import type { ReadContext } from "../http/context";
import { errorResponses } from "../http/model";
import type { OwnUrl } from "../http/own-url";
import type { Limits } from "../limits/limits";
import type { Log } from "../log/log";
import type { PictureStore } from "../pictures/store";
import type { Guard } from "../session/guard";
import { newUuidv7 } from "../session/uuidv7";
import { changePicture } from "./change-picture";
import { updatePictureBody, updateUsernameBody, userAnswer } from "./model";
import type { NamePolicy } from "./name-policy";
import { rename } from "./rename";
import type { UserStore } from "./store";
import { toUser } from "./to-user";

export type UserRouteDeps = {
  guard: Guard;
  users: UserStore;
  namePolicy: () => Promise<NamePolicy>;
  pictures: PictureStore;
  ownUrl: OwnUrl;
  clock: Timepiece;
  limits: Limits;
  log: Log;
  readContext: ReadContext;
};

export function userRoutes({
  guard,
  users,
  namePolicy,
  pictures,
  ownUrl,
  clock,
  limits,
  log,
  readContext,
}: UserRouteDeps) {
  return new Elysia({ name: "users", tags: ["Profile"] })
    .use(guard)
    .get("/api/me", ({ player }) => ({ status: "success" as const, user: toUser(player.user) }), {
      auth: true,
      response: {
        200: userAnswer,
        ...errorResponses("unauthorized", "invalid_token", "database_unavailable"),
      },
      detail: {
        operationId: "getMe",
        summary: "The signed-in player",
        description: "As the database has them at this moment.",
      },
    })
    .post(
      "/api/update_username",
      async ({ body, player, request, route, server, set }) => {
        const { user, sessionId } = player;
        await limits.profileChange(user.id);
        const context = readContext({ request, route, server, set });
        const renamed = await rename(users, await namePolicy(), user, body.new_username, {
          id: newUuidv7(clock),
          requestId: context.requestId,
        });
        log.event("rename", { userId: user.id, sessionId, username: renamed.name, ...context });
        return { status: "success" as const, user: toUser(renamed) };
      },
      {
        auth: true,
        terms: true,
        body: updateUsernameBody,
        response: {
          200: userAnswer,
          ...errorResponses(
            "validation_failed",
            "unauthorized",
            "invalid_token",
            "terms_required",
            "username_taken",
            "username_cooldown",
            "payload_too_large",
            "unsupported_media_type",
            "username_invalid",
            "rate_limited",
            "database_unavailable",
          ),
        },
        detail: {
          operationId: "updateUsername",
          summary: "Change the player's name",
          description:
            "Names are unique whatever their case, and look-alike letters count as the same (UTS 39); those that could pass for the game or its staff are reserved, and profane ones refused. A name that was given up is kept for its player for a while. Where the game has a cool-down, `next_change_at` says when it ends; the first change and changes of case are free. Of several claims at once exactly one wins.",
        },
      },
    )
    .post(
      "/api/update_picture",
      async ({ body, player, request, route, server, set }) => {
        const { user, sessionId } = player;
        await limits.profileChange(user.id);
        const changed = await changePicture(pictures, user.id, body.new_picture, ownUrl(server?.port));
        const context = readContext({ request, route, server, set });
        log.event("picture_changed", { userId: user.id, sessionId, ...context });
        return { status: "success" as const, user: toUser(changed) };
      },
      {
        auth: true,
        terms: true,
        body: updatePictureBody,
        response: {
          200: userAnswer,
          ...errorResponses(
            "validation_failed",
            "unauthorized",
            "invalid_token",
            "terms_required",
            "payload_too_large",
            "unsupported_media_type",
            "rate_limited",
            "database_unavailable",
          ),
        },
        detail: {
          operationId: "updatePicture",
          summary: "Change or clear the player's picture",
          description: "A picture that is sent is kept here, and the answer's `picture` is its address.",
        },
      },
    );
}
