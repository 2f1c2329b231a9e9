import { Elysia, t } from "elysia";
import { ApiError } from "../errors";
import type { ReadContext } from "../http/context";
import type { OwnUrl } from "../http/own-url";
import { htmlAnswer } from "../http/page-answer";
import { PROVIDER_ID } from "../identity/provider";
import type { Providers } from "../identity/providers";
import type { Limits } from "../limits/limits";
import type { BrowserBinding } from "./browser-binding";
import { type CallbackDeps, finishAuthorization, SignInRefused } from "./callback";
import { callbackForm, callbackQuery, startQuery } from "./model";
import { ownStartUrl } from "./own-start";
import { postedAnswerUrl } from "./posted-answer";
import type { RedirectUriCheck } from "./redirect-uri";
import { startAuthorization } from "./start";

export type AuthorizationRouteDeps = CallbackDeps & {
  binding: BrowserBinding;
  providers: Providers;
  ownUrl: OwnUrl;
  isAllowedRedirectUri: RedirectUriCheck;
  limits: Limits;
  readContext: ReadContext;
};

const REDIRECTS = {
  302: { description: "On to the provider, or back to the game." },
  400: htmlAnswer("A page that says why the sign-in cannot go on."),
  404: htmlAnswer("No such page."),
  429: htmlAnswer("Too many sign-ins from this address; a page that says so."),
  503: htmlAnswer("Nobody can sign in just now; a page that says so."),
};

const PARAMETERS = t.Object({
  provider: t.String({
    pattern: PROVIDER_ID,
    description: "Who vouches for the player.",
    examples: ["google"],
  }),
});

/** Where a browser posts a form. */
export const POSTED_CALLBACK = "/auth/:provider/callback";

/**
 * The server as the provider's OAuth client, so that a game needs no client id: the game goes to the start with its
 * own PKCE challenge and gets a one-time login code at its redirect URI.
 */
export function authorizationRoutes(deps: AuthorizationRouteDeps) {
  const { binding, limits, ownUrl, providers, readContext, states, isAllowedRedirectUri } = deps;
  const callbackUri = (provider: string, boundPort: number | undefined) =>
    `${ownUrl(boundPort)}/auth/${provider}/callback`;

  return new Elysia({ name: "authorization", tags: ["Sign-in page"] })
    .get(
      "/auth/:provider/start",
      async ({ params, query, redirect, request, server, set }) => {
        const provider = providers.withPage(params.provider);
        if (!isAllowedRedirectUri(query.redirect_uri)) throw new ApiError("redirect_uri_invalid");
        const elsewhere = ownStartUrl(request, ownUrl(server?.port));
        if (elsewhere) return redirect(elsewhere, 302);
        const { browser, setCookie } = binding.bind(request.headers);
        const location = await startAuthorization(
          states,
          provider,
          {
            redirectUri: query.redirect_uri,
            state: query.state,
            codeChallenge: query.code_challenge,
            browser,
          },
          callbackUri(provider.id, server?.port),
        );
        set.headers["set-cookie"] = setCookie;
        return redirect(location, 302);
      },
      {
        params: PARAMETERS,
        query: startQuery,
        detail: {
          responses: REDIRECTS,
          operationId: "startSignIn",
          summary: "Open this in the player's browser to sign in",
          description:
            "Sets a cookie that ties the sign-in to this browser, and redirects to the provider, then to `redirect_uri?code=…&state=…` with a login code for `POST /api/login` (60 s, once), or to `redirect_uri?error=…&state=…`.",
        },
      },
    )
    .get(
      "/auth/:provider/callback",
      async ({ params, redirect, request, route, server, set }) => {
        // Whoever looks ahead (a link preview, a virus scanner) finishes nothing.
        if (request.method === "HEAD") return new Response();
        const context = readContext({ request, route, server, set });
        const provider = providers.withPage(params.provider);
        const callback = callbackUri(provider.id, server?.port);
        const browser = binding.recognize(request.headers);
        const received = new URL(request.url).searchParams;
        try {
          const location = await limits.signInAttempt(context.ip, () =>
            finishAuthorization(deps, provider, received, callback, browser, context),
          );
          return redirect(location, 302);
        } catch (error) {
          if (error instanceof SignInRefused) return redirect(error.location, 302);
          throw error;
        }
      },
      {
        params: PARAMETERS,
        query: callbackQuery,
        detail: {
          responses: REDIRECTS,
          operationId: "finishSignIn",
          summary: "Where the provider returns to",
          description: "Register this address with the provider as an authorized redirect URI.",
        },
      },
    )
    .post(
      POSTED_CALLBACK,
      async ({ body, params, redirect, server, set }) => {
        const provider = providers.withPage(params.provider);
        if (!provider.page.postsAnswer) {
          set.headers.allow = "GET, HEAD";
          throw new ApiError("method_not_allowed");
        }
        const callback = callbackUri(provider.id, server?.port);
        const location = await postedAnswerUrl(states, provider, new URLSearchParams(body), callback);
        return redirect(location, 303);
      },
      {
        parse: "urlencoded",
        params: PARAMETERS,
        body: callbackForm,
        detail: {
          responses: {
            303: { description: "To the same address with GET, where the browser sends its cookie." },
            400: REDIRECTS[400],
            405: htmlAnswer("A provider that posts no answer; a page."),
            413: htmlAnswer("Too large; a page."),
            415: htmlAnswer("Not a form; a page."),
          },
          operationId: "postSignInAnswer",
          summary: "Where a provider's page posts its answer to, as Apple's does",
          description:
            "No cookie comes with what another site posts. The player's name, which Apple tells once, goes on in the state.",
        },
      },
    );
}
