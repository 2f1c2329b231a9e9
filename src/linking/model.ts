import { Type } from "@sinclair/typebox";
import { t } from "elysia";
import { openValues } from "../http/described-values";
import { userModel } from "../users/model";

const time = (description: string) => t.String({ format: "date-time", description });

export const identitiesAnswer = t.Object(
  {
    status: t.Literal("success"),
    identities: t.Array(
      t.Object(
        {
          provider: t.String({ examples: ["google"] }),
          name: t.Union([t.String(), t.Null()], { description: "What the provider called the player." }),
          linked_at: t.String({ format: "date-time" }),
          last_used_at: time("To an hour."),
        },
        { title: "Identity" },
      ),
    ),
  },
  { title: "IdentityList" },
);

const playerSummary = t.Pick(
  userModel,
  ["name", "picture", "level", "stars", "guest", "created_at", "last_login"],
  { title: "PlayerSummary" },
);

export type PlayerSummary = typeof playerSummary.static;

/** Beside the members of every error. */
export const conflictMembers = {
  ticket: t.String({ description: "For /api/identities/resolve, ten minutes long." }),
  mine: playerSummary,
  theirs: playerSummary,
};

const example: PlayerSummary = {
  name: "Crispy Otter",
  picture: null,
  level: 1,
  stars: 0,
  guest: true,
  created_at: "2026-01-31T12:00:00.000Z",
  last_login: "2026-01-31T12:00:00.000Z",
};

export const conflictExample = {
  ticket: "eyJhbGciOiJkaXIi…",
  mine: example,
  theirs: { ...example, name: "Ada", level: 12, stars: 340, guest: false },
};

export const resolveBody = t.Object(
  {
    ticket: t.String({ minLength: 1, maxLength: 8_192, description: "From the 409 identity_in_use." }),
    // Elysia's own enumeration takes its first value for a member that is missing.
    keep: t.Union([t.Literal("mine"), t.Literal("theirs")], {
      description: "The player who goes on; the other is merged into them.",
    }),
  },
  { title: "ResolveRequest", examples: [{ ticket: "eyJhbGciOiJkaXIi…", keep: "mine" }] },
);

export const changeListed = t.Object(
  {
    id: t.String({ format: "uuid" }),
    kind: openValues(["link", "unlink", "merge", "delete"]),
    providers: t.Array(t.String(), { description: "Whose ways in came or went.", examples: [["google"]] }),
    user_id: t.Union([Type.Integer(), t.Null()], {
      description: "Of a merge, the player who was given up; null otherwise.",
    }),
    created_at: t.String({ format: "date-time" }),
    undo_until: t.String({ format: "date-time" }),
    undone_at: t.Union([t.String({ format: "date-time" }), t.Null()]),
  },
  { title: "Change" },
);

export type ChangeListed = typeof changeListed.static;

export const changesAnswer = t.Object(
  { status: t.Literal("success"), changes: t.Array(changeListed) },
  { title: "ChangeList" },
);
