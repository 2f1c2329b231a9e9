import { z } from "zod";
import { days, jwtAlgorithm, minutes, text } from "../fields";
import type { SettingTable } from "./setting";

export const securitySettings = {
  JWT_SECRET: {
    schema: text,
    sentence: "signs tokens: 32 bytes or more for HS256, 48 for HS384, 64 for HS512",
  },
  JWT_SECRET_PREVIOUS: {
    schema: text,
    sentence: "still accepted, so that the secret [rotates without a logout](#rotating-secrets)",
  },
  JWT_SECRET_NEXT: { schema: text, sentence: "accepted already, before it signs" },
  JWT_ALGORITHM: {
    file: "security.jwt_algorithm",
    schema: jwtAlgorithm,
    default: "HS256",
    sentence: "`HS256`, `HS384`, `HS512`, `ES256`, `RS256`, `EdDSA`",
  },
  JWT_ALGORITHM_PREVIOUS: {
    schema: jwtAlgorithm,
    sentence: "the algorithm of the key before, when it was another",
  },
  JWT_ALGORITHM_NEXT: {
    schema: jwtAlgorithm,
    sentence: "the algorithm of the key to come, when it is another",
  },
  JWT_PRIVATE_KEY: {
    schema: text,
    sentence: "PEM (PKCS #8) for ES256, RS256 and EdDSA; published at `/.well-known/jwks.json`",
  },
  JWT_PRIVATE_KEY_FILE: { schema: text, sentence: "or the file that holds it" },
  JWT_PRIVATE_KEY_PREVIOUS: {
    schema: text,
    sentence: "the key before, still accepted",
  },
  JWT_PRIVATE_KEY_PREVIOUS_FILE: { schema: text, sentence: "or the file that holds it" },
  JWT_PRIVATE_KEY_NEXT: {
    schema: text,
    sentence: "the key to come, accepted and published already",
  },
  JWT_PRIVATE_KEY_NEXT_FILE: { schema: text, sentence: "or the file that holds it" },
  JWT_AUDIENCE: {
    file: "security.jwt_audience",
    schema: text.max(255),
    default: "robotouille",
    sentence: "`aud` of access tokens",
  },
  REFRESH_TOKEN_SECRET: {
    schema: text,
    shown: "derived from `JWT_SECRET`",
    sentence:
      "makes refresh tokens, which a game server that verifies access tokens then cannot: 32 bytes or more",
  },
  REFRESH_TOKEN_SECRET_PREVIOUS: { schema: text, sentence: "still accepted" },
  REFRESH_TOKEN_SECRET_NEXT: { schema: text, sentence: "accepted already, before it makes tokens" },
  "security.accept_refresh_tokens_of_jwt_secret": {
    schema: z.boolean(),
    default: true,
    sentence:
      "whether refresh tokens from before `REFRESH_TOKEN_SECRET` are still good; `false` once it has been set for `refresh_token_expiry_days`",
  },
  ACCESS_TOKEN_EXPIRY_MINUTES: {
    file: "security.access_token_expiry_minutes",
    schema: minutes,
    default: 60,
    sentence: "life of an access token, in minutes",
  },
  REFRESH_TOKEN_EXPIRY_DAYS: {
    file: "security.refresh_token_expiry_days",
    schema: days,
    default: 30,
    sentence: "a session ends this many days after its last refresh",
  },
  "security.session_max_days": {
    schema: days,
    default: 365,
    sentence: "and this many days after sign-in at the latest",
  },
  "security.refresh_reuse_grace_seconds": {
    schema: z.number().min(0).max(3_600),
    default: 60,
    sentence: "how many seconds the token before the last still gets the same successor",
  },
  "security.max_sessions_per_user": {
    schema: z.number().int().min(1).max(1_000),
    default: 20,
    sentence: "signed-in devices; one more signs the idlest out",
  },
} as const satisfies SettingTable;
