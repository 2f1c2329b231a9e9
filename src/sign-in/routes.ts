import { Elysia } from "elysia";
import { redeemLoginCode } from "../authorization/login-code";
import { isAllowedRedirectUri } from "../authorization/redirect-uri";
import type { AuthorizationStore } from "../authorization/store";
import { ApiError } from "../errors";
import type { ReadContext } from "../http/context";
import { errorResponses } from "../http/model";
import { GOOGLE, type VerifiedIdentity } from "../identity/provider";
import type { Providers } from "../identity/providers";
import type { Limits } from "../limits/limits";
import { sessionAnswer } from "../session/model";
import { signInBody } from "./model";
import { type Proof, readProof } from "./proof";
import { type SignInDeps, signIn } from "./sign-in";

export type SignInRouteDeps = SignInDeps & {
  authorizations: AuthorizationStore;
  providers: Providers;
  /** Redirects that a code may have been issued to, beside loopback. */
  redirectUris: readonly string[];
  limits: Limits;
  readContext: ReadContext;
};

/** `POST /api/login`: a proof of who the player is, for a session. */
export function signInRoutes(deps: SignInRouteDeps) {
  const { authorizations, limits, providers, readContext, redirectUris } = deps;

  const verify = (proof: Proof): Promise<VerifiedIdentity> => {
    switch (proof.kind) {
      case "access_token":
      case "id_token":
        return providers.get(GOOGLE).verifyProof(proof);
      case "code":
        if (!isAllowedRedirectUri(proof.redirectUri, redirectUris)) {
          throw new ApiError("validation_failed", {
            fields: { fields: [{ path: "redirect_uri", message: "is neither loopback nor configured" }] },
          });
        }
        return providers.get(GOOGLE).exchangeCode(proof);
      case "login_code":
        return redeemLoginCode(authorizations, proof.code, proof.codeVerifier);
    }
  };

  return new Elysia({ name: "sign-in", tags: ["Session"] }).post(
    "/api/login",
    async ({ body, request, route, server, set }) => {
      const context = readContext({ request, route, server, set });
      const proof = readProof(body);
      const identity = await limits.signInAttempt(context.ip, () => verify(proof));
      await limits.signIn(identity.provider, identity.subject);
      return signIn(deps, identity, body.device, context);
    },
    {
      body: signInBody,
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
