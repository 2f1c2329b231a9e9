import { cors as corsPlugin } from "@elysiajs/cors";
import type { Config } from "../config/config";
import { isLoopback } from "../config/fields";
import { isConsole } from "./console-path";
import { isSignInPage } from "./sign-in-page";

/**
 * What a page without an origin may ask for (`Origin: null`: a sandboxed frame): a sign-in by a code, its session, and the
 * profile of the player in it. Each is authorized by what the page holds in its hand.
 */
export const FOR_PAGES_WITHOUT_ORIGIN: ReadonlySet<string> = new Set([
  "/oauth/device_authorization",
  "/oauth/token",
  "/device/qr.svg",
  "/api/refresh",
  "/api/logout",
  "/api/me",
  "/api/update_username",
  "/api/update_picture",
]);

/**
 * Cross-origin calls from the configured origins, compared whole (`null` and prefixes are none of them; an app host's
 * `capacitor://localhost` may be one), and in development from pages of this machine; for tokens from the pages of clients as
 * well, and for little from pages without an origin. No cookies are involved, so no credentials are allowed.
 */
export function cors({ mode, oauth, server }: Config) {
  const allowed = new Set(server.corsOrigins);
  const ofClients = new Set(oauth.clients.flatMap(({ redirectUris }) => redirectUris.flatMap(originOf)));
  return corsPlugin({
    origin: ({ headers, url }) => {
      const origin = headers.get("origin") ?? "";
      const path = URL.parse(url)?.pathname ?? "";
      // The sign-in page and the console are for browsers to go to, never for scripts to ask (RFC 9700 §2.6).
      if (isSignInPage(path) || isConsole(path)) return false;
      if (origin === "null") return FOR_PAGES_WITHOUT_ORIGIN.has(path);
      if (allowed.has(origin) || (mode === "development" && isPageOfThisMachine(origin))) return true;
      return /^\/(oauth|\.well-known)\//.test(path) && ofClients.has(origin);
    },
    credentials: false,
    methods: ["GET", "POST", "DELETE"],
    allowedHeaders: ["authorization", "content-type", "dpop", "prefer", "x-client-version", "x-request-id"],
    exposeHeaders: ["x-request-id", "retry-after", "www-authenticate", "dpop-nonce"],
    maxAge: 600,
  });
}

/** The origin of a client's page, which asks for tokens from there. */
function originOf(redirectUri: string): string[] {
  const { origin } = new URL(redirectUri);
  return origin === "null" ? [] : [origin];
}

function isPageOfThisMachine(origin: string): boolean {
  return URL.canParse(origin) && new URL(origin).origin === origin && isLoopback(new URL(origin));
}
