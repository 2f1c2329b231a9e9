import { t } from "elysia";

const token = (description: string) => t.Optional(t.String({ minLength: 1, maxLength: 8_192, description }));

export const signInBody = t.Object(
  {
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
    device: t.Optional(t.String({ maxLength: 64, description: "What the player calls this device." })),
  },
  {
    description: "Exactly one proof: access_token, id_token, code or login_code.",
    examples: [{ access_token: "google-oauth-access-token" }],
  },
);

export type SignInBody = typeof signInBody.static;
