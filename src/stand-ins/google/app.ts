import { Elysia } from "elysia";
import type { Timepiece } from "../../clock";
import { accountTokensBody, issueAccountTokens } from "./account-tokens";
import { Accounts } from "./accounts";
import { pick, showPicker } from "./authorize";
import { avatarSvg } from "./avatar";
import { googleApis } from "./google-apis";
import { SigningKeys } from "./keys";
import { OAuthError } from "./oauth-error";
import { frontPage } from "./other-pages";
import { refuseForeignHost, refuseForeignOrigin } from "./same-machine";
import { TokenIssuer } from "./token-issuer";

export type LocalGoogleOptions = {
  clock: Timepiece;
  /** `iss` of id tokens. Default `https://accounts.google.com`. */
  issuer?: string;
  /** Audience of `POST /local/tokens` when the call names none. Default `local-client`. */
  clientId?: string;
  /** When given, the token endpoint demands it of `clientId`. Any other client is public. */
  clientSecret?: string;
};

export type LocalGoogle = {
  fetch(request: Request): Promise<Response>;
  /** From here on a new key signs; the one before it is published still, until the next call. */
  rotateKeys(): Promise<void>;
};

/** Google's path of the authorization page. */
export const AUTH_PATH = "/o/oauth2/v2/auth";

const FILES = { "/local/style.css": "text/css; charset=utf-8", "/local/mark.svg": "image/svg+xml" };
const ANY_PAGE_MAY_SHOW = {
  "access-control-allow-origin": "*",
  "cross-origin-resource-policy": "cross-origin",
  "cache-control": "public, max-age=86400",
  "x-content-type-options": "nosniff",
};

/**
 * A stand-in for Google's sign-in with Google's own shapes, for people without credentials. Everything is in
 * memory; `GET /` documents it. It answers only to loopback host names, and whoever listens for it must
 * listen on loopback alone, as `startLocalGoogle` does.
 */
export function createLocalGoogle(options: LocalGoogleOptions): LocalGoogle {
  const {
    clock,
    issuer: iss = "https://accounts.google.com",
    clientId = "local-client",
    clientSecret,
  } = options;
  const keys = new SigningKeys();
  const accounts = new Accounts();
  const issuer = new TokenIssuer({ clock, issuer: iss, keys });

  const app = new Elysia()
    .onRequest(({ request }) => refuseForeignHost(request))
    .onError(({ code, error }) => toOAuthError(code, error).toResponse())
    .get("/", ({ request }) => frontPage(new URL(request.url).origin, accounts.list()))
    .get(AUTH_PATH, ({ request }) => showPicker(request, { accounts, issuer }))
    .post(AUTH_PATH, ({ request }) => pick(request, { accounts, issuer }), { parse: "none" })
    .use(googleApis({ client: { id: clientId, secret: clientSecret }, issuer, keys }))
    .post(
      "/local/tokens",
      async ({ body, request }) => {
        const { origin } = new URL(request.url);
        const tokens = await issueAccountTokens(body, { accounts, issuer, clientId, origin });
        return Response.json(tokens, { headers: { "cache-control": "no-store" } });
      },
      { body: accountTokensBody, transform: ({ request }) => refuseForeignOrigin(request) },
    )
    .get("/local/avatars/:file", ({ params }) => svg(avatarSvg(params.file.replace(/\.svg$/, ""))));
  for (const [path, type] of Object.entries(FILES)) {
    app.get(path, () => asset(path, type));
  }
  return { fetch: async (request) => app.fetch(request), rotateKeys: () => keys.rotate() };
}

function svg(markup: string): Response {
  return new Response(markup, { headers: { ...ANY_PAGE_MAY_SHOW, "content-type": "image/svg+xml" } });
}

function asset(path: string, type: string): Response {
  const file = Bun.file(new URL(`./assets/${path.split("/").pop()}`, import.meta.url));
  return new Response(file, { headers: { "content-type": type, "x-content-type-options": "nosniff" } });
}

function toOAuthError(code: string | number, error: unknown): OAuthError {
  if (error instanceof OAuthError) return error;
  if (code === "NOT_FOUND") return new OAuthError("not_found", "There is nothing here.", 404);
  if (code === "PARSE") return new OAuthError("invalid_request", "The body is not JSON.");
  if (code === "VALIDATION")
    return new OAuthError("invalid_request", "The body has a wrong or unknown field.");
  return new OAuthError("server_error", "The local Google failed.", 500);
}
