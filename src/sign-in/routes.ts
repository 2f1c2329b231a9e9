import { Elysia } from "elysia";
import { redeemLoginCode } from "../authorization/login-code";
import { isAllowedRedirectUri } from "../authorization/redirect-uri";
import type { Clock } from "../clock";
import type { GoogleConfig } from "../config/config";
import type { Database } from "../db/database";
import { ApiError } from "../errors";
import type { ReadContext } from "../http/context";
import { errorResponses } from "../http/model";
import type { VerifiedLogin } from "../identity/claims";
import type { GoogleVerifier } from "../identity/google-verifier";
import type { Limits } from "../limits/limits";
import { sessionAnswer } from "../session/model";
import { loginBody } from "./model";
import { type Proof, readProof } from "./proof";
import { type LoginDeps, login } from "./sign-in";

export type LoginRouteDeps = LoginDeps & {
  database: Database;
  clock: Clock;
  google: GoogleVerifier;
  googleConfig: GoogleConfig;
  limits: Limits;
  readContext: ReadContext;
};

export function loginRoutes(deps: LoginRouteDeps) {
  const { google, googleConfig, limits, readContext } = deps;

  const verify = (proof: Proof): Promise<VerifiedLogin> => {
    switch (proof.kind) {
      case "access_token":
        return google.accessToken(proof.token);
      case "id_token":
        return google.idToken(proof.token, proof.nonce);
      case "code":
        if (!isAllowedRedirectUri(proof.redirectUri, googleConfig.redirectUris)) {
          throw new ApiError("validation_failed", {
            fields: { fields: [{ path: "redirect_uri", message: "is neither loopback nor configured" }] },
          });
        }
        return google.code(proof);
      case "login_code":
        return redeemLoginCode(deps, proof.code, proof.codeVerifier);
    }
  };

  return new Elysia({ name: "login", tags: ["Session"] }).post(
    "/api/login",
    async ({ body, request, route, server, set }) => {
      const context = readContext({ request, route, server, set });
      const proof = readProof(body);
      const player = await limits.loginAttempt(context.ip, () => verify(proof));
      await limits.login(player.sub);
      return login(deps, player, body.device, context);
    },
    {
      body: loginBody,
      response: {
        200: sessionAnswer,
        ...errorResponses(
          "validation_failed",
          "google_token_invalid",
          "google_audience_mismatch",
          "invalid_grant",
          "account_disabled",
          "payload_too_large",
          "unsupported_media_type",
          "rate_limited",
          "google_unavailable",
          "database_unavailable",
        ),
      },
      detail: {
        summary: "Sign in with Google",
        description:
          "Takes exactly one of Google's proofs (access token, id token, or authorization code with its PKCE verifier), or the one-time login code of our own sign-in page. The first sign-in creates the player. Every device gets a session of its own.",
      },
    },
  );
}
