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
          description: `Of \`account_disabled\` by Steam: ${valuesIn(["publisher_banned", "vac_banned", "not_owner"])}`,
        }),
      ),
    },
    example: { reason: "publisher_banned" },
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
