import { Elysia } from "elysia";
import { readAsset } from "../assets";
import type { Timepiece } from "../clock";
import { frontPage } from "./front-page";
import { localApi } from "./local-api";
import { OAuthError } from "./oauth/oauth-error";
import { Accounts } from "./picker/accounts";
import { avatarSvg } from "./picker/avatar";
import { refuseForeignHost } from "./same-machine";
import { serveAll } from "./served";
import { type ProviderName, STAND_INS, type StandInOptions } from "./stand-ins";

export type StandInsOptions = StandInOptions & {
  clock: Timepiece;
  /**
   * Called with every order. Whoever has connections closes those that are kept: a client repeats a GET whose answer is
   * lost on one of these of its own accord (RFC 9112 §9.3.1), and nobody would see the loss.
   */
  onOrder?: () => void;
};

export type StandIns = {
  fetch(request: Request): Promise<Response>;
  /** From here on a new key of this stand-in signs; the one before it is published still, until the next call. */
  rotateKeys(provider: ProviderName): Promise<void>;
  /** Ends the waiting of answers that were ordered to be slow. */
  stop(): void;
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
  const { clock, onOrder = () => {}, ...rest } = options;
  const accounts = new Accounts();
  const stopping = new AbortController();
  const standIns = serveAll(rest, { clock, accounts, stopped: stopping.signal });

  const app = new Elysia()
    .onRequest(({ request }) => refuseForeignHost(request))
    .onError(({ code, error }) => toOAuthError(code, error).toResponse())
    .get("/", ({ request }) => frontPage(new URL(request.url).origin, accounts.list()))
    .use(localApi(standIns, { accounts, onOrder }))
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

function svg(markup: string): Response {
  return new Response(markup, { headers: { ...ANY_PAGE_MAY_SHOW, "content-type": "image/svg+xml" } });
}

async function asset(path: string, type: string): Promise<Response> {
  const file = await readAsset(`src/stand-ins/picker/assets/${path.split("/").pop()}`);
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
