import { Elysia, t } from "elysia";
import { ApiError } from "../errors";
import type { ReadContext } from "../http/context";
import type { OwnUrl } from "../http/own-url";
import type { Providers } from "../identity/providers";
import type { Limits } from "../limits/limits";
import { type CallbackDeps, finishAuthorization, SignInRefused } from "./callback";
import { callbackQuery, startQuery } from "./model";
import { isAllowedRedirectUri } from "./redirect-uri";
import { startAuthorization } from "./start";

export type AuthorizationRouteDeps = CallbackDeps & {
  providers: Providers;
  ownUrl: OwnUrl;
  /** Where players reach this server, as configured. */
  publicUrl: string | null;
  /** Redirects accepted beside loopback and our own pages. */
  redirectUris: readonly string[];
  limits: Limits;
  readContext: ReadContext;
};

const REDIRECTS = {
  302: { description: "On to the provider, or back to the game." },
  400: { description: "A page that says why the sign-in cannot go on.", content: { "text/html": {} } },
  404: { description: "No such page.", content: { "text/html": {} } },
  429: {
    description: "Too many sign-ins from this address; a page that says so.",
    content: { "text/html": {} },
  },
  503: { description: "Nobody can sign in just now; a page that says so.", content: { "text/html": {} } },
};

const PARAMETERS = t.Object({
  provider: t.String({
    pattern: "^[a-z0-9_-]{1,64}$",
    description: "Who vouches for the player.",
    examples: ["google"],
  }),
});

/** Whether a player looks at the answer, so that an error is a page. */
export function isSignInPage(path: string): boolean {
  return path.startsWith("/auth/");
}

/**
 * The server as the provider's OAuth client, so that a game needs no client id: the game goes to the start with its
 * own PKCE challenge and gets a one-time login code at its redirect URI.
 */
export function authorizationRoutes(deps: AuthorizationRouteDeps) {
  const { authorizations, limits, ownUrl, providers, publicUrl, readContext } = deps;
  const callbackUri = (provider: string, boundPort: number | undefined) =>
    `${ownUrl(boundPort)}/auth/${provider}/callback`;

  // Our own pages, the explorer for one, sign in like any game.
  const redirectUris = [...deps.redirectUris, ...(publicUrl ? [new URL(publicUrl).origin] : [])];

  return new Elysia({ name: "authorization", tags: ["Sign-in page"] })
    .get(
      "/auth/:provider/start",
      async ({ params, query, redirect, request, route, server, set }) => {
        await limits.authorization(readContext({ request, route, server, set }).ip);
        const provider = providers.get(params.provider);
        if (!isAllowedRedirectUri(query.redirect_uri, redirectUris)) {
          throw new ApiError("redirect_uri_invalid");
        }
        const location = await startAuthorization(
          authorizations,
          provider,
          { redirectUri: query.redirect_uri, state: query.state, codeChallenge: query.code_challenge },
          callbackUri(provider.id, server?.port),
        );
        return redirect(location, 302);
      },
      {
        params: PARAMETERS,
        query: startQuery,
        detail: {
          responses: REDIRECTS,
          summary: "Open this in the player's browser to sign in",
          description:
            "Redirects to the provider, then to `redirect_uri?code=…&state=…` with a login code for `POST /api/login` (60 s, once), or to `redirect_uri?error=…&state=…`.",
        },
      },
    )
    .get(
      "/auth/:provider/callback",
      async ({ params, query, redirect, request, route, server, set }) => {
        const context = readContext({ request, route, server, set });
        const provider = providers.get(params.provider);
        try {
          const location = await limits.signInAttempt(context.ip, () =>
            finishAuthorization(deps, provider, query, callbackUri(provider.id, server?.port), context),
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
          summary: "Where the provider returns to",
          description: "Register this address with the provider as an authorized redirect URI.",
        },
      },
    );
}
