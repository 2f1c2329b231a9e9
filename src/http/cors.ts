import { cors as corsPlugin } from "@elysiajs/cors";
import type { Config } from "../config/config";
import { isLoopback } from "../config/fields";
import { isSignInPage } from "./sign-in-page";

/**
 * Cross-origin calls from the configured origins, compared whole (`null` and prefixes are none of them; an app host's
 * `capacitor://localhost` may be one), and in development from pages of this machine. No cookies are involved, so no credentials are allowed.
 */
export function cors({ mode, server }: Config) {
  const allowed = new Set(server.corsOrigins);
  return corsPlugin({
    origin: ({ headers, url }) => {
      const origin = headers.get("origin") ?? "";
      const isAllowed = allowed.has(origin) || (mode === "development" && isPageOfThisMachine(origin));
      // The sign-in page is for browsers to go to, never for scripts to ask (RFC 9700 §2.6).
      return isAllowed && !isSignInPage(URL.parse(url)?.pathname ?? "");
    },
    credentials: false,
    methods: ["GET", "POST", "DELETE"],
    allowedHeaders: ["authorization", "content-type", "x-request-id"],
    exposeHeaders: ["x-request-id", "retry-after", "www-authenticate"],
    maxAge: 600,
  });
}

function isPageOfThisMachine(origin: string): boolean {
  return URL.canParse(origin) && new URL(origin).origin === origin && isLoopback(new URL(origin));
}
