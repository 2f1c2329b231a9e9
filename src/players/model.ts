import { Type } from "@sinclair/typebox";
import { t } from "elysia";
import { pageSize } from "../http/model";
import { userModel } from "../users/model";

/** What everybody may know of a player: never an email, a way in or a time. */
export const publicProfile = t.Pick(userModel, ["id", "name", "picture", "stars", "level"], {
  title: "PublicProfile",
});

/** Players whom one request may ask for. */
const MAXIMUM_IDS = 100;

export const playersQuery = t.Object({
  ids: t.String({
    pattern: `^[0-9]{1,10}(,[0-9]{1,10}){0,${MAXIMUM_IDS - 1}}$`,
    description: `Ids of up to ${MAXIMUM_IDS} players, with commas.`,
    examples: ["7,8"],
  }),
});

export const playersAnswer = t.Object(
  {
    status: t.Literal("success"),
    players: t.Array(
      t.Object(
        {
          asked_id: Type.Integer({ description: "The id that was asked for.", examples: [7] }),
          ...publicProfile.properties,
        },
        { title: "FoundPlayer" },
      ),
      {
        description:
          "In the order of the ids. Who was merged into another player is that one by now; who is gone or banned is missing.",
      },
    ),
  },
  { title: "PlayerList" },
);

export const topQuery = t.Object({
  // A UnionEnum has its first member for a default.
  by: t.Union([t.Literal("stars"), t.Literal("level")], { description: "What the list is about." }),
  limit: t.Optional(pageSize(10)),
  after: t.Optional(
    t.String({
      pattern: "^[0-9]{1,10}-[0-9]{1,10}$",
      description: "`next` of the page before.",
      examples: ["9-17"],
    }),
  ),
});

export const topAnswer = t.Object(
  {
    status: t.Literal("success"),
    players: t.Array(publicProfile, { description: "The one with most first; of equals the newest." }),
    next: t.Union([t.String(), t.Null()], { description: "For `after`, where there may be more." }),
  },
  { title: "TopPlayerList" },
);
