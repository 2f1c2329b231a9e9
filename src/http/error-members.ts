import type { TProperties } from "@sinclair/typebox";
import { t } from "elysia";
import type { ErrorCode } from "../errors";
import { USERNAME_PROBLEMS } from "../users/username";
import { valuesIn } from "./described-values";

type OwnMembers = {
  /** All optional: the answers of a status share one schema. */
  members: TProperties;
  example: Record<string, unknown>;
};

const timeOrNull = (description: string) =>
  t.Union([t.String({ format: "date-time" }), t.Null()], { description });

/** What the body of an error has beside the members of every error, by its code. */
export const ERROR_MEMBERS: Partial<Record<ErrorCode, OwnMembers>> = {
  validation_failed: {
    members: {
      fields: t.Optional(
        t.Array(
          t.Object(
            {
              path: t.String({
                description: "The member, with a dot before each below it; empty for the whole.",
              }),
              message: t.String({ description: "What is wrong with it." }),
            },
            { title: "FieldProblem" },
          ),
          { description: "Of `validation_failed`: what does not fit." },
        ),
      ),
    },
    example: { fields: [{ path: "device", message: "Expected string of at most 64 characters" }] },
  },
  account_disabled: {
    members: {
      reason: t.Optional(
        t.String({
          description: `Of \`account_disabled\` and \`user_banned\`: what the studio said why, where it did; by Steam: ${valuesIn(["publisher_banned", "vac_banned", "not_owner"])}`,
        }),
      ),
      until: t.Optional(
        timeOrNull("Of `account_disabled` and `user_banned`: when the ban ends; null where it does not."),
      ),
    },
    example: { until: "2026-02-14T12:00:00.000Z", reason: "Cheating" },
  },
  user_banned: { members: {}, example: { until: "2026-02-14T12:00:00.000Z", reason: "Cheating" } },
  terms_required: {
    members: {
      version: t.Optional(t.String({ description: "Of `terms_required`: of the terms, for /api/terms." })),
      url: t.Optional(t.String({ description: "Of `terms_required`: where the terms are to be read." })),
    },
    example: { version: "2026-11", url: "https://studio.example/terms" },
  },
  client_outdated: {
    members: {
      minimum: t.Optional(t.String({ description: "Of `client_outdated`: the oldest version let in." })),
      url: t.Optional(
        t.Union([t.String(), t.Null()], {
          description: "Of `client_outdated`: where there is a newer one, if the studio says it.",
        }),
      ),
    },
    example: { minimum: "1.4.0", url: "https://studio.example/update" },
  },
  maintenance: {
    members: {
      until: t.Optional(timeOrNull("Of `maintenance`: when it is to be over; null where nobody knows.")),
    },
    example: { until: "2026-02-14T12:00:00.000Z" },
  },
  username_invalid: {
    members: {
      reason: t.Optional(
        t.String({ description: `Of \`username_invalid\`: ${valuesIn(USERNAME_PROBLEMS)}` }),
      ),
    },
    example: { reason: "too_short" },
  },
  username_cooldown: {
    members: {
      next_change_at: t.Optional(
        t.String({
          format: "date-time",
          description: "Of `username_cooldown`: when the name may be changed again.",
        }),
      ),
    },
    example: { next_change_at: "2026-02-14T12:00:00.000Z" },
  },
};
