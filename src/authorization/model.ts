import { t } from "elysia";

export const startQuery = t.Object({
  redirect_uri: t.String({
    maxLength: 2_048,
    description: "Where the game waits: loopback on any port, or configured.",
    examples: ["http://localhost:5000/auth/google/callback"],
  }),
  state: t.String({
    pattern: "^[\\x20-\\x7e]{1,512}$",
    description: "The game's own state, given back unchanged (RFC 6749 §10.12).",
  }),
  code_challenge: t.String({
    pattern: "^[A-Za-z0-9_-]{43}$",
    description: "S256 of the game's PKCE verifier (RFC 7636 §4.2).",
  }),
  code_challenge_method: t.Literal("S256"),
});

export const callbackQuery = t.Object({
  state: t.Optional(t.String({ maxLength: 8_192 })),
  code: t.Optional(t.String({ maxLength: 4_096 })),
  error: t.Optional(t.String({ maxLength: 512 })),
});

/** The same in a form, with what Apple tells of a player the first time. */
export const callbackForm = t.Object(
  {
    ...callbackQuery.properties,
    user: t.Optional(t.String({ maxLength: 4_096 })),
  },
  { title: "PostedSignInAnswer" },
);
