import { Type } from "@sinclair/typebox";
import { t } from "elysia";
import { openValues } from "../http/described-values";
import { MAXIMUM_PICTURE_BYTES, PICTURE_DATA_URL } from "../pictures/image";
import { PICTURE_KEY, PICTURE_URL, PICTURE_URL_MAX_LENGTH } from "./picture-url";

/** The provider of whoever plays without an account anywhere: the game's own key proves them. */
export const GUEST = "guest";

export const AGE_BANDS = ["child", "teen", "adult"] as const;

export type AgeBand = (typeof AGE_BANDS)[number];

/**
 * A player as clients see one. Each member but `guest` is a column of `users`: a new one needs no other place but the
 * schema.
 */
export const userModel = t.Object(
  {
    id: Type.Integer({ examples: [7] }),
    name: t.String({ examples: ["Crispy Otter"] }),
    email: t.String({ examples: ["ada@example.com"] }),
    picture: t.Union([t.String(), t.Null()], {
      description: "An https: URL, an avatar key, or null.",
      examples: ["https://example.com/ada.png"],
    }),
    stars: Type.Integer({ examples: [0] }),
    level: Type.Integer({ examples: [1] }),
    guest: t.Boolean({ description: "Whether the key of a guest is the only way in.", examples: [false] }),
    providers: t.Array(t.String(), { description: "The ways in, sorted.", examples: [["google"]] }),
    roles: t.Array(t.String(), {
      description:
        "`player`, and whatever else the studio made of them: `moderator`, `admin`, its own; sorted.",
      examples: [["player"]],
    }),
    created_at: t.String({ format: "date-time", examples: ["2026-01-31T12:00:00.000Z"] }),
    last_login: t.String({ format: "date-time", examples: ["2026-01-31T12:00:00.000Z"] }),
    terms_version: t.Optional(
      t.String({ description: "The terms that they accepted last, where there are any." }),
    ),
    age_band: t.Optional(openValues(AGE_BANDS, { description: "Where the game asks for it:" })),
    guardian_consent_at: t.Optional(
      t.String({ format: "date-time", description: "When a guardian of the player's consented." }),
    ),
  },
  { title: "User" },
);

export type User = typeof userModel.static;

export const userAnswer = t.Object(
  { status: t.Literal("success"), user: userModel },
  { title: "UserAnswer" },
);

export const updateUsernameBody = t.Object(
  {
    new_username: t.String({
      description:
        "3–20 characters after trimming: letters and digits of one script (or Latin beside Chinese, Japanese or Korean), `_ . -` and single inner spaces.",
      examples: ["Crispy Otter"],
    }),
  },
  { title: "UpdateUsernameRequest" },
);

export const updatePictureBody = t.Object(
  {
    new_picture: t.Union(
      [
        t.String({ maxLength: PICTURE_URL_MAX_LENGTH, pattern: `^(${PICTURE_URL}|${PICTURE_KEY})$` }),
        t.String({ pattern: `^${PICTURE_DATA_URL}$` }),
        t.Null(),
      ],
      {
        description:
          "An https: URL of at most 2048 characters, without user-info, quotes, angle brackets, backslashes and what cannot be seen; an avatar key `[A-Za-z0-9_-]{1,64}`, null, or a PNG, JPEG or WebP picture of at most 256 KiB as `data:image/png;base64,…`, which the server keeps.",
        examples: ["chef-hat-3"],
      },
    ),
  },
  { title: "UpdatePictureRequest" },
);

/** Bytes that the body of a changed picture may have: the picture in base64, and a kilobyte around it. */
export const UPDATE_PICTURE_BODY_BYTES = Math.ceil(MAXIMUM_PICTURE_BYTES / 3) * 4 + 1_024;
