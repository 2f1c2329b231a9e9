import { Type } from "@sinclair/typebox";
import { t } from "elysia";
import { openValues } from "../http/described-values";
import { userModel } from "../users/model";

/** The answer to a login and a refresh (RFC 6749 §5.1, with our user beside it). */
export const sessionAnswer = t.Object(
  {
    status: t.Literal("success"),
    user: userModel,
    access_token: t.String({ description: "JWT (RFC 9068), for the Authorization header." }),
    refresh_token: t.String({ description: "Opaque; replaced by every refresh." }),
    token_type: openValues(["Bearer", "DPoP"], {
      description: "How the access token is sent; DPoP where the session is bound to a key (RFC 9449 §5).",
      examples: ["Bearer"],
    }),
    expires_in: Type.Integer({ description: "Seconds until the access token expires.", examples: [3600] }),
    terms_required: t.Optional(
      t.Object(
        { version: t.String(), url: t.String() },
        {
          title: "TermsRequired",
          description: "The terms that the player has to accept yet, at /api/terms.",
        },
      ),
    ),
    restored: t.Optional(
      t.Boolean({ description: "True when this sign-in brought back a player who had left." }),
    ),
  },
  { title: "Session" },
);

export type SessionAnswer = typeof sessionAnswer.static;

export const refreshTokenBody = t.Object(
  {
    refresh_token: t.String({ minLength: 1, description: "The newest refresh token of this device." }),
  },
  { title: "RefreshTokenRequest" },
);

export const sessionsAnswer = t.Object(
  {
    status: t.Literal("success"),
    sessions: t.Array(
      t.Object(
        {
          id: t.String({ format: "uuid" }),
          device: t.Union([t.String(), t.Null()]),
          ip: t.Union([t.String(), t.Null()]),
          created_at: t.String({ format: "date-time" }),
          last_used_at: t.String({ format: "date-time" }),
          current: t.Boolean({ description: "Whether this is the session that asks." }),
        },
        { title: "Device" },
      ),
    ),
  },
  { title: "DeviceList" },
);
