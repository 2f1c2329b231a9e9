import { t } from "elysia";
import { characters } from "../http/model";
import { PROVIDER_ID } from "../identity/provider";

const token = (description: string) => t.Optional(t.String({ minLength: 1, maxLength: 8_192, description }));

/** By what a player proves who they are. */
const proofMembers = {
  provider: t.Optional(
    t.String({
      pattern: PROVIDER_ID,
      description:
        "Whose proof it is: `google`, when it is left out, another provider of this server, or `guest`.",
    }),
  ),
  guest_key: t.Optional(
    t.String({
      pattern: "^[A-Za-z0-9_-]{43}$",
      description:
        'With `provider: "guest"`: 32 random bytes in base64url, made once by the game and kept on the device. The same key is the same player.',
    }),
  ),
  access_token: token("Google's access token."),
  id_token: token("An id token of the provider's (One Tap, for example)."),
  nonce: token("With id_token or code: the nonce that the id token must carry."),
  code: token("The provider's authorization code."),
  server_auth_code: token("Of Google Play Games: the server auth code."),
  ticket: token("Of Steam: the ticket for web APIs in hex, made for this server's identity string."),
  login_code: token("Our own one-time code from /auth/:provider/callback."),
  transfer_code: token("Our own code from /api/transfer_code, made on another device of the player's."),
  code_verifier: t.Optional(
    t.String({
      pattern: "^[A-Za-z0-9._~-]{43,128}$",
      description: "With code or login_code: the PKCE verifier (RFC 7636 §4.1).",
    }),
  ),
  redirect_uri: token("With code: the redirect URI that it was issued to."),
};

const ONE_PROOF = `Exactly one proof. These belong together:

- \`access_token\`, of Google
- \`id_token\`, and \`nonce\` where it has one
- \`code\`, \`code_verifier\` and \`redirect_uri\`, and \`nonce\` where it has one
- \`server_auth_code\`, of Google Play Games
- \`ticket\`, of Steam
- \`login_code\` and \`code_verifier\`, of our own sign-in page
- \`guest_key\`, with \`provider\` \`guest\`
- \`transfer_code\`

\`provider\` says whose proof it is, where it is not Google's or our own.`;

export const proofBody = t.Object(proofMembers, {
  title: "IdentityProof",
  description: ONE_PROOF,
  examples: [{ access_token: "google-oauth-access-token" }],
});

export type ProofBody = typeof proofBody.static;

export const signInBody = t.Object(
  {
    ...proofMembers,
    device: t.Optional(characters(64, { description: "What the player calls this device." })),
  },
  {
    title: "LoginRequest",
    description: ONE_PROOF,
    examples: [
      { access_token: "google-oauth-access-token" },
      { provider: "guest", guest_key: "a2VlcCB0aGlzIGtleSBvbiB0aGUgZGV2aWNlIDopIDo" },
      { provider: "steam", ticket: "14000000f1d2…" },
      { transfer_code: "7QK2-9XWM-3FTB" },
    ],
  },
);
