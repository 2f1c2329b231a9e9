import { t } from "elysia";
import { characters } from "../http/model";

const token = (description: string) => t.Optional(t.String({ minLength: 1, maxLength: 8_192, description }));

export const signInBody = t.Object(
  {
    provider: t.Optional(
      t.String({
        pattern: "^[a-z0-9_-]{1,64}$",
        description: "Whose proof it is: `google`, when it is left out, or `guest`.",
      }),
    ),
    guest_key: t.Optional(
      t.String({
        pattern: "^[A-Za-z0-9_-]{43}$",
        description:
          'With `provider: "guest"`: 32 random bytes in base64url, made once by the game and kept on the device. The same key is the same player.',
      }),
    ),
    access_token: token("A Google access token."),
    id_token: token("A Google id token (One Tap, for example)."),
    nonce: token("With id_token: the nonce it must carry."),
    code: token("Google's authorization code."),
    login_code: token("Our own one-time code from /auth/google/callback."),
    code_verifier: t.Optional(
      t.String({
        pattern: "^[A-Za-z0-9._~-]{43,128}$",
        description: "With code or login_code: the PKCE verifier (RFC 7636 §4.1).",
      }),
    ),
    redirect_uri: token("With code: the redirect URI that it was issued to."),
    device: t.Optional(characters(64, { description: "What the player calls this device." })),
  },
  {
    description: "Exactly one proof: access_token, id_token, code, login_code or guest_key.",
    examples: [
      { access_token: "google-oauth-access-token" },
      { provider: "guest", guest_key: "a2VlcCB0aGlzIGtleSBvbiB0aGUgZGV2aWNlIDopIDo" },
    ],
  },
);

export type SignInBody = typeof signInBody.static;
