import { OAuthError } from "./oauth/oauth-error";

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

export function isLoopback(url: URL): boolean {
  return LOOPBACK.has(url.hostname);
}

/**
 * Against DNS rebinding: a page of another site that points its own name at this machine.
 *
 * @throws {OAuthError} 403 when the Host header is not a loopback one.
 */
export function refuseForeignHost(request: Request): void {
  const url = URL.parse(request.url);
  if (!url || !isLoopback(url)) throw new OAuthError("access_denied", "Only this machine may ask.", 403);
}

/**
 * Against forged requests from other sites. Programs send no Origin and pass.
 *
 * @throws {OAuthError} 403 when a page of another origin asks.
 */
export function refuseForeignOrigin(request: Request): void {
  const origin = request.headers.get("origin");
  if (origin !== null && origin !== new URL(request.url).origin) {
    throw new OAuthError("access_denied", "Pages of another origin may not ask.", 403);
  }
}
