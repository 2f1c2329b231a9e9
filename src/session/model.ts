import { t } from "elysia";
import { userModel } from "../users/model";

/** The answer to a login and a refresh (RFC 6749 §5.1, with our user beside it). */
export const sessionAnswer = t.Object({
  status: t.Literal("success"),
  user: userModel,
  access_token: t.String({ description: "JWT (RFC 9068), for the Authorization header." }),
  refresh_token: t.String({ description: "Opaque; replaced by every refresh." }),
  token_type: t.Literal("Bearer"),
  expires_in: t.Integer({ description: "Seconds until the access token expires.", examples: [3600] }),
});

export type SessionAnswer = typeof sessionAnswer.static;

export const refreshTokenBody = t.Object({
  refresh_token: t.String({ minLength: 1, description: "The newest refresh token of this device." }),
});

export const logoutAnswer = t.Object({ status: t.Literal("success") });
