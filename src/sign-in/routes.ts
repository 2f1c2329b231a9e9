import { Elysia } from "elysia";
import { redeemLoginCode } from "../authorization/login-code";
import type { RedirectUriCheck } from "../authorization/redirect-uri";
import type { AuthorizationStore } from "../authorization/store";
import type { Clock } from "../clock";
import { ApiError } from "../errors";
import type { ReadContext, RequestContext } from "../http/context";
import { errorResponses } from "../http/model";
import { GOOGLE, type VerifiedIdentity } from "../identity/provider";
import type { Providers } from "../identity/providers";
import type { Limits } from "../limits/limits";
import { sessionAnswer } from "../session/model";
import { guestIdentity } from "./guest-key";
import { spendIdToken } from "./id-token";
import { signInBody } from "./model";
import { type Proof, readProof } from "./proof";
import { type SignInDeps, signIn } from "./sign-in";

export type SignInRouteDeps = SignInDeps & {
  authorizations: AuthorizationStore;
  clock: Clock;
  guestsEnabled: boolean;
  providers: Providers;
  /** Of a redirect that a code may have been issued to. */
  isAllowedRedirectUri: RedirectUriCheck;
  limits: Limits;
  readContext: ReadContext;
};

/** A player who proved who they are, and the session that the proof opens. */
type Verified = { identity: VerifiedIdentity; sessionId: string };

/** `POST /api/login`: a proof of who the player is, for a session. */
export function signInRoutes(deps: SignInRouteDeps) {
  const { authorizations, clock, isAllowedRedirectUri, limits, providers, readContext } = deps;

  const verify = async (proof: Proof, sessionId: string, context: RequestContext): Promise<Verified> => {
    switch (proof.kind) {
      case "access_token":
        return { identity: await providers.get(GOOGLE).verifyProof(proof), sessionId };
      case "id_token":
        return spendIdToken(
          authorizations,
          await providers.get(GOOGLE).verifyProof(proof),
          proof.token,
          sessionId,
        );
      case "code":
        if (!isAllowedRedirectUri(proof.redirectUri)) {
          throw new ApiError("validation_failed", {
            cause: "redirect_uri_invalid",
            fields: { fields: [{ path: "redirect_uri", message: "is not registered" }] },
          });
        }
        return { identity: await providers.get(GOOGLE).exchangeCode(proof), sessionId };
      case "guest_key":
        return { identity: guestIdentity(proof.key, deps.guestsEnabled), sessionId };
      case "login_code":
        return redeemLoginCode(deps, proof, sessionId, context);
    }
  };

  return new Elysia({ name: "sign-in", tags: ["Session"] }).post(
    "/api/login",
    async ({ body, request, route, server, set }) => {
      const context = readContext({ request, route, server, set });
      const proof = readProof(body);
      const newSessionId = Bun.randomUUIDv7("hex", clock.now());
      const { identity, sessionId } = await limits.signInAttempt(context.ip, () =>
        verify(proof, newSessionId, context),
      );
      await limits.signIn(identity.provider, identity.subject);
      return signIn(deps, identity, { sessionId, device: body.device ?? null, ip: context.ip }, context);
    },
    {
      body: signInBody,
      response: {
        200: sessionAnswer,
        ...errorResponses(
          "validation_failed",
          "provider_unavailable",
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
        summary: "Sign in with Google, or as a guest",
        description:
          "Takes exactly one of Google's proofs (access token, id token, or authorization code with its PKCE verifier), the one-time login code of our own sign-in page, or a guest's key. The first sign-in creates the player. Every device gets a session of its own.",
      },
    },
  );
}
