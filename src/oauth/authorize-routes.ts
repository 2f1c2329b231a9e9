import { Elysia } from "elysia";
import type { ReadContext } from "../http/context";
import type { OwnUrl } from "../http/own-url";
import { type AuthorizeDeps, answerConsent, authorize, continueAuthorization } from "./authorize";
import { AUTHORIZE_PARAMETERS, consentForm, PAGE_ANSWERS } from "./model";

export type AuthorizeRouteDeps = AuthorizeDeps & { ownUrl: OwnUrl; readContext: ReadContext };

/** Where the player comes back to from the provider. */
export const SIGNED_IN_PATH = "/oauth/authorize/signed-in";

/** Where the page that asks for consent sends its form. */
export const CONSENT_PATH = "/oauth/authorize/consent";

/** The pages of an authorization, in the player's browser. */
export function authorizeRoutes(deps: AuthorizeRouteDeps) {
  const { ownUrl, readContext } = deps;
  return new Elysia({ name: "authorize", tags: ["OAuth"] })
    .get(
      "/oauth/authorize",
      ({ request, route, server, set }) =>
        authorize(deps, {
          request,
          ownUrl: ownUrl(server?.port),
          context: readContext({ request, route, server, set }),
        }),
      {
        detail: {
          parameters: AUTHORIZE_PARAMETERS,
          responses: PAGE_ANSWERS,
          operationId: "authorize",
          summary: "Open this in the player's browser to sign in to a client",
          description:
            "RFC 6749 §4.1.1 and OpenID Connect Core §3.1.2.1. Asks who the player is, unless there is one way in only, and, for a client that is not the studio's own, once whether it may know them.",
        },
      },
    )
    .get(
      SIGNED_IN_PATH,
      ({ request, route, server, set }) => {
        // Whoever looks ahead (a link preview, a virus scanner) finishes nothing.
        if (request.method === "HEAD") return new Response();
        return continueAuthorization(deps, {
          request,
          ownUrl: ownUrl(server?.port),
          context: readContext({ request, route, server, set }),
        });
      },
      { detail: { hide: true } },
    )
    .post(
      CONSENT_PATH,
      ({ body, request, route, server, set }) =>
        answerConsent(deps, body, {
          request,
          ownUrl: ownUrl(server?.port),
          context: readContext({ request, route, server, set }),
        }),
      { parse: "urlencoded", body: consentForm, detail: { hide: true } },
    );
}
