import { Elysia } from "elysia";
import type { Config } from "../config/config";
import { ApiError } from "../errors";
import type { ReadContext } from "../http/context";
import type { Limits } from "../limits/limits";
import { type CallbackDeps, finishAuthorization, SignInRefused } from "./callback";
import { callbackQuery, startQuery } from "./model";
import { isAllowedRedirectUri } from "./redirect-uri";
import { type StartDeps, startAuthorization } from "./start";

export type AuthorizationRouteDeps = StartDeps &
  CallbackDeps & { config: Config; limits: Limits; readContext: ReadContext };

const REDIRECTS = {
  302: { description: "On to Google, or back to the game." },
  400: { description: "A page that says why the sign-in cannot go on.", content: { "text/html": {} } },
  429: {
    description: "Too many sign-ins from this address; a page that says so.",
    content: { "text/html": {} },
  },
  503: { description: "Nobody can sign in just now; a page that says so.", content: { "text/html": {} } },
};

const CALLBACK_PATH = "/auth/google/callback";

/** Whether a player looks at the answer, so that an error is a page. */
export function isSignInPage(path: string): boolean {
  return path.startsWith("/auth/google/");
}

/**
 * The server as Google's OAuth client, so that a game needs no client id: the game goes to the start with its
 * own PKCE challenge and gets a one-time login code at its redirect URI.
 */
export function authorizationRoutes(deps: AuthorizationRouteDeps) {
  const { config, limits, readContext } = deps;
  const callbackUri = (port: number | undefined) =>
    `${config.server.publicUrl ?? `http://localhost:${port ?? config.server.port}`}${CALLBACK_PATH}`;

  // Our own pages, the explorer for one, sign in like any game.
  const own = config.server.publicUrl ? [new URL(config.server.publicUrl).origin] : [];
  const redirectUris = [...config.google.redirectUris, ...own];

  return new Elysia({ name: "authorization", tags: ["Sign-in page"] })
    .get(
      "/auth/google/start",
      async (request) => {
        const { query, server, redirect } = request;
        await limits.authorization(readContext(request).ip);
        if (!isAllowedRedirectUri(query.redirect_uri, redirectUris)) {
          throw new ApiError("redirect_uri_invalid");
        }
        const location = await startAuthorization(
          deps,
          { redirectUri: query.redirect_uri, state: query.state, codeChallenge: query.code_challenge },
          callbackUri(server?.port),
        );
        return redirect(location, 302);
      },
      {
        query: startQuery,
        detail: {
          responses: REDIRECTS,
          summary: "Open this in the player's browser to sign in",
          description:
            "Redirects to Google, then to `redirect_uri?code=…&state=…` with a login code for `POST /api/login` (60 s, once), or to `redirect_uri?error=…&state=…`.",
        },
      },
    )
    .get(
      CALLBACK_PATH,
      async (request) => {
        const { query, server, redirect } = request;
        const context = readContext(request);
        try {
          const location = await limits.loginAttempt(context.ip, () =>
            finishAuthorization(deps, query, callbackUri(server?.port), context),
          );
          return redirect(location, 302);
        } catch (error) {
          if (error instanceof SignInRefused) return redirect(error.location, 302);
          throw error;
        }
      },
      {
        query: callbackQuery,
        detail: {
          responses: REDIRECTS,
          summary: "Where Google returns to",
          description: "Register this address with Google as an authorized redirect URI.",
        },
      },
    );
}
