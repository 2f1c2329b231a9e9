import { Elysia } from "elysia";
import type { Timepiece } from "../clock";
import { frontPage } from "./front-page";
import { OAuthError } from "./oauth/oauth-error";
import { Orders } from "./orders/orders";
import { Accounts } from "./picker/accounts";
import { avatarSvg } from "./picker/avatar";
import { Picker } from "./picker/picker";
import { refuseForeignHost, refuseForeignOrigin } from "./same-machine";
import type { StandIn, StandInService } from "./stand-in";
import { type ProviderName, STAND_INS, type StandInOptions } from "./stand-ins";
import { Standing } from "./standing";
import { readTokensBody } from "./tokens-body";

export type StandInsOptions = StandInOptions & {
  clock: Timepiece;
};

export type StandIns = {
  fetch(request: Request): Promise<Response>;
  /** From here on a new key of this stand-in signs; the one before it is published still, until the next call. */
  rotateKeys(provider: ProviderName): Promise<void>;
  /** Ends the waiting of answers that were ordered to be slow. */
  stop(): void;
};

/** A stand-in as it runs, with what it was ordered to do. */
export type RunningStandIn = StandInService & {
  orders: Orders;
  standing: Standing;
};

const FILES = { "/local/style.css": "text/css; charset=utf-8", "/local/mark.svg": "image/svg+xml" };
const ANY_PAGE_MAY_SHOW = {
  "access-control-allow-origin": "*",
  "cross-origin-resource-policy": "cross-origin",
  "cache-control": "public, max-age=86400",
  "x-content-type-options": "nosniff",
};

/**
 * Stand-ins for the providers of players' accounts, with each provider's own shapes, for people without credentials.
 * Everything is in memory; `GET /` documents it. They answer only to loopback host names, and whoever listens for them
 * must listen on loopback alone, as `startStandIns` does.
 */
export function createStandIns(options: StandInsOptions): StandIns {
  const accounts = new Accounts();
  const stopping = new AbortController();
  const standIns = createAll(options, accounts, stopping.signal);

  const app = new Elysia()
    .onRequest(({ request }) => refuseForeignHost(request))
    .onError(({ code, error }) => toOAuthError(code, error).toResponse())
    .get("/", ({ request }) => frontPage(new URL(request.url).origin, accounts.list()))
    .post(
      "/local/tokens",
      async ({ body, request }) => {
        const { provider, rest } = readTokensBody(body);
        const tokens = await standIns[provider].issueTokens(rest, new URL(request.url).origin);
        return Response.json(tokens, { headers: { "cache-control": "no-store" } });
      },
      { transform: ({ request }) => refuseForeignOrigin(request) },
    )
    .get("/local/avatars/:file", ({ params }) => svg(avatarSvg(params.file.replace(/\.svg$/, ""))));
  for (const [path, type] of Object.entries(FILES)) {
    app.get(path, () => asset(path, type));
  }
  for (const [name, { routes }] of Object.entries(standIns)) {
    app.use(new Elysia({ prefix: STAND_INS[name as ProviderName].mount }).use(routes));
  }
  return {
    fetch: async (request) => app.fetch(request),
    rotateKeys: async (provider) => standIns[provider].rotateKeys?.(),
    stop: () => stopping.abort(),
  };
}

function createAll(
  { clock, ...options }: StandInsOptions,
  accounts: Accounts,
  stopped: AbortSignal,
): Record<ProviderName, RunningStandIn> {
  const entries = Object.entries(STAND_INS).map(([name, standIn]) => {
    const orders = new Orders(stopped);
    const standing = new Standing();
    const picker = new Picker({ accounts, standing, standsFor: standIn.standsFor });
    const world = { clock, accounts, picker, standing, api: orders.answer.bind(orders) };
    const service = (standIn as StandIn<object, object>).create(world, options[name as ProviderName] ?? {});
    return [name, { ...service, orders, standing }];
  });
  return Object.fromEntries(entries);
}

function svg(markup: string): Response {
  return new Response(markup, { headers: { ...ANY_PAGE_MAY_SHOW, "content-type": "image/svg+xml" } });
}

function asset(path: string, type: string): Response {
  const file = Bun.file(new URL(`./picker/assets/${path.split("/").pop()}`, import.meta.url));
  return new Response(file, { headers: { "content-type": type, "x-content-type-options": "nosniff" } });
}

function toOAuthError(code: string | number, error: unknown): OAuthError {
  if (error instanceof OAuthError) return error;
  if (code === "NOT_FOUND") return new OAuthError("not_found", "There is nothing here.", 404);
  if (code === "PARSE") return new OAuthError("invalid_request", "The body is not JSON.");
  if (code === "VALIDATION")
    return new OAuthError("invalid_request", "The body has a wrong or unknown field.");
  return new OAuthError("server_error", "The stand-in failed.", 500);
}
