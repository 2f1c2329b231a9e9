import { Elysia } from "elysia";
import type { ReadContext } from "../http/context";
import { type AuthorizeServerDeps, authorizeServer, type Caller } from "./authorize-server";
import type { ServerKeyScope } from "./server-key";

/**
 * `serverKey: "progress:write"` on a route: answers 401 or 403 before the body is looked at, and gives the handler its
 * `caller`.
 */
export function createServerGuard(deps: AuthorizeServerDeps & { readContext: ReadContext }) {
  return new Elysia({ name: "server-guard" }).macro({
    serverKey: (scope: ServerKeyScope) => ({
      async transform(context) {
        const { request, route, server, set } = context;
        const asked = deps.readContext({ request, route, server, set });
        (context as unknown as Guarded).caller = await authorizeServer(deps, request.headers, scope, asked);
      },
      resolve: (context) => ({ caller: (context as unknown as Guarded).caller }),
      detail: { security: [{ serverKey: [] }] },
    }),
  });
}

type Guarded = { caller: Caller };

export type ServerGuard = ReturnType<typeof createServerGuard>;
