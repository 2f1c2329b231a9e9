import { Type } from "@sinclair/typebox";
import { t } from "elysia";
import { integers } from "../http/model";
import { MAXIMUM_STARS } from "./progress";

/** Players whom one match may have. */
const MAXIMUM_PLAYERS = 64;

/** Bytes that a match may have: 32 stats of 64 players. */
export const MATCH_BODY_BYTES = 131_072;

const reportedStats = integers({
  description:
    "Integers of up to 53 bits by name, each of which joins what is there by the rule of `game.stats`.",
  examples: [{ best_score: 120, plates: 3 }],
});

const added = (what: string) =>
  t.Optional(
    Type.Integer({
      minimum: -MAXIMUM_STARS,
      maximum: MAXIMUM_STARS,
      description: `${what} to add; fewer than none take away.`,
      examples: [2],
    }),
  );

/** A mistyped member would be a loss: `false` has Elysia drop what it does not know, instead of refusing it. */
const NOTHING_ELSE = { additionalProperties: Type.Never() };

const changesMembers = { stars: added("Stars"), level: added("Levels"), stats: t.Optional(reportedStats) };

export const changesBody = t.Object(changesMembers, { ...NOTHING_ELSE, title: "ProgressChanges" });

export const statsModel = Type.Record(t.String(), Type.Integer(), {
  description: "Integers of the player by name, as `game.stats` has them.",
  examples: [{ best_score: 120, plates: 9 }],
});

export const playerId = (description: string) =>
  Type.Integer({ minimum: 1, maximum: MAXIMUM_STARS, description, examples: [7] });

export const progressMembers = {
  id: playerId("The player, or whoever was kept when they were merged."),
  stars: Type.Integer({ examples: [11] }),
  level: Type.Integer({ examples: [2] }),
  stats: statsModel,
  version: Type.Integer({ description: "Grows with every change.", examples: [4] }),
};

export const progressModel = t.Object(progressMembers, { title: "Progress" });

export const progressAnswer = t.Object(
  { status: t.Literal("success"), player: progressModel },
  { title: "ProgressAnswer" },
);

export const matchBody = t.Object(
  {
    match_id: t.Optional(t.String({ maxLength: 64, description: "The server's own, for the log." })),
    players: t.Array(
      t.Object(
        {
          id: playerId("Whose changes these are."),
          changes: changesBody,
        },
        { ...NOTHING_ELSE, title: "PlayerChanges" },
      ),
      { minItems: 1, maxItems: MAXIMUM_PLAYERS },
    ),
  },
  {
    title: "MatchRequest",
    examples: [{ match_id: "eu-4711", players: [{ id: 7, changes: { stars: 2, stats: { plates: 3 } } }] }],
  },
);

export const matchAnswer = t.Object(
  {
    status: t.Literal("success"),
    players: t.Array(
      t.Object(
        { asked_id: playerId("The id that the match has."), ...progressMembers },
        { title: "ReportedPlayer" },
      ),
      {
        description: "In the match's order.",
      },
    ),
  },
  { title: "MatchAnswer" },
);
