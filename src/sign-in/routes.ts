import { Elysia } from "elysia";
import type { Clock } from "../clock";
import type { Door } from "../door/door";
import type { Dpop } from "../dpop/dpop";
import { ApiError } from "../errors";
import type { ReadContext } from "../http/context";
import { errorResponses } from "../http/model";
import type { Providers } from "../identity/providers";
import type { Limits } from "../limits/limits";
import { OWN_ENDPOINTS } from "../session/access-token";
import { sessionAnswer } from "../session/model";
import { newUuidv7 } from "../session/uuidv7";
import { signInBody } from "./model";
import { readProof } from "./proof";
import { type SignInDeps, signIn } from "./sign-in";
import { type VerifyProofDeps, verifyProof } from "./verify-proof";
import { whoSignsIn } from "./who-signs-in";

export type SignInRouteDeps = SignInDeps &
  VerifyProofDeps & {
    clock: Clock;
    atTheDoor: Door;
    dpop: Dpop;
    providers: Providers;
    limits: Limits;
    readContext: ReadContext;
  };

/** `POST /api/login`: a proof of who the player is, for a session. */
export function signInRoutes(deps: SignInRouteDeps) {
  const { atTheDoor, clock, dpop, limits, providers, readContext } = deps;

  return new Elysia({ name: "sign-in", tags: ["Session"] }).post(
    "/api/login",
    async ({ body, request, route, server, set }) => {
      const context = readContext({ request, route, server, set });
      await atTheDoor.admit(request.headers, () => whoSignsIn(deps, body, context));
      const jkt = await dpop.provenKey({ request, server, set });
      const proof = readProof(body, providers);
      const newSessionId = newUuidv7(clock);
      const device = body.device ?? null;
      return limits.signInAttempt(context.ip, async () => {
        const { identity, sessionId, idToken } = await verifyProof(deps, proof, newSessionId, context);
        if (proof.kind === "login_code" && providers.onlyLinks(identity.provider))
          throw new ApiError("provider_unavailable");
        await limits.signIn(identity.provider, identity.subject);
        const opening = { sessionId, device, ip: context.ip, ...OWN_ENDPOINTS, jkt };
        return signIn(deps, identity, opening, context, idToken);
      });
    },
    {
      body: signInBody,
      response: {
        200: sessionAnswer,
        ...errorResponses(
          "validation_failed",
          "use_dpop_nonce",
          "provider_unavailable",
          "invalid_dpop_proof",
          "google_token_invalid",
          "google_audience_mismatch",
          "provider_token_invalid",
          "provider_audience_mismatch",
          "invalid_grant",
          "account_disabled",
          "payload_too_large",
          "unsupported_media_type",
          "client_outdated",
          "rate_limited",
          "maintenance",
          "google_unavailable",
          "provider_unavailable_now",
          "database_unavailable",
        ),
      },
      detail: {
        operationId: "login",
        summary: "Sign in with Google, another provider, or as a guest",
        description:
          "Takes exactly one proof: a provider's (Google's access token, id token, or authorization code with its PKCE verifier; with `provider` another one's), the one-time login code of our own sign-in page, a guest's key, or a code that moves a player to a new device. The first sign-in creates the player. Every device gets a session of its own.",
      },
    },
  );
}
