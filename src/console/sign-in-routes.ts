import { Elysia } from "elysia";
import type { Providers } from "../identity/providers";
import { requireOwnPage } from "./form-check";
import { formBody, signInQuery } from "./model";
import { type ConsoleSignInDeps, finishSignIn, RETURN_PATH } from "./sign-in";
import { signInPage } from "./sign-in-page";
import { callOf, nextPath, redirect, type VisitDeps } from "./visit";

export type ConsoleSignInRouteDeps = ConsoleSignInDeps & VisitDeps & { providers: Providers };

export const SIGN_OUT_PATH = "/console/sign-out";

/** How somebody of the studio comes in, and goes. */
export function consoleSignInRoutes(deps: ConsoleSignInRouteDeps) {
  const { consolePlayerPage, consoleSessions, log, providers, sessions } = deps;
  return new Elysia({ name: "console-sign-in", detail: { hide: true } })
    .get(
      "/console/sign-in",
      ({ query, request, route, server, set }) => {
        const { base } = callOf(deps, { request, route, server, set });
        return signInPage({ base, visitor: null }, providers, nextPath(query.next));
      },
      { query: signInQuery },
    )
    .get(
      "/console/sign-in/start",
      async ({ query, request, route, server, set }) => {
        const { base, ownUrl } = callOf(deps, { request, route, server, set });
        const next = nextPath(query.next);
        const replaces = (await consoleSessions.named(request.headers))?.sessionId ?? null;
        const hrefOf = (provider: string) =>
          `${base}/console/sign-in/start?${new URLSearchParams({ provider, next })}`;
        const choice = { provider: query.provider ?? null, title: "Sign in", hrefOf };
        return consolePlayerPage.ask({ next, replaces }, choice, { request, ownUrl });
      },
      { query: signInQuery },
    )
    .get(RETURN_PATH, ({ request, route, server, set }) => {
      // Whoever looks ahead (a link preview, a virus scanner) finishes nothing.
      if (request.method === "HEAD") return new Response();
      return finishSignIn(deps, callOf(deps, { request, route, server, set }));
    })
    .post(
      SIGN_OUT_PATH,
      async ({ request, route, server, set }) => {
        const { base, ownUrl, context } = callOf(deps, { request, route, server, set });
        requireOwnPage(request.headers, new URL(ownUrl).origin);
        const session = await consoleSessions.named(request.headers);
        if (session && (await sessions.revoke(session.sessionId)))
          log.event("logout", { ...session, ...context });
        return redirect(`${base}/console/sign-in`, [["set-cookie", consoleSessions.forget()]]);
      },
      { parse: "urlencoded", body: formBody },
    );
}
