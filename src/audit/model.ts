import { t } from "elysia";
import { pageSize } from "../http/model";

const state = (description: string) =>
  t.Union([t.Record(t.String(), t.Any()), t.Null()], { description, examples: [{ name: "Ann" }] });

export const playerEvent = t.Object(
  {
    id: t.String({ format: "uuid" }),
    action: t.String({
      description:
        "`new_device`, `rename`, `link`, `unlink`, `merge`, `undo`, `ban`, `unban`, `end_sessions`, `roles`, `transfer`, and others to come.",
      examples: ["rename"],
    }),
    by: t.String({ description: "`player`, or `studio` for its people and servers.", examples: ["player"] }),
    before: state("What it was, of what changed."),
    after: state("What it is since."),
    reason: t.Union([t.String(), t.Null()], { description: "What the studio said why." }),
    created_at: t.String({ format: "date-time" }),
  },
  { title: "PlayerEvent" },
);

export type PlayerEvent = typeof playerEvent.static;

export const eventsQuery = t.Object({
  before: t.Optional(t.String({ format: "uuid", description: "`next` of the answer before." })),
  limit: t.Optional(pageSize(50)),
});

export const eventsAnswer = t.Object(
  {
    status: t.Literal("success"),
    events: t.Array(playerEvent),
    next: t.Union([t.String({ format: "uuid" }), t.Null()], {
      description: "For `before`, to see what was earlier; null when there is nothing more.",
    }),
  },
  { title: "PlayerEventList" },
);
