const COMMON = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
};

const NOTHING = "default-src 'none'; frame-ancestors 'none'";

/**
 * Our own pages run scripts of this server only (the hash is that of the blank element which holds the explorer's
 * settings); Scalar styles its elements in place.
 */
const PAGES =
  "default-src 'none'; script-src 'self' 'sha256-TcUB1mzXiQO4GxpTRZ0EMpOXKMU3u+n/q1WrgVIcs1I='; style-src 'self' 'unsafe-inline'; img-src 'self' data: https: http://127.0.0.1:* http://localhost:*; " +
  "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Headers that every answer carries, by its path. */
export function securityHeaders(path: string): Record<string, string> {
  const page = /^\/(swagger|play)(\/|$)/.test(path);
  const sensitive = /^\/(api|auth)\//.test(path);
  return {
    ...COMMON,
    "content-security-policy": page ? PAGES : NOTHING,
    ...(sensitive ? { "cache-control": "no-store" } : {}),
  };
}
