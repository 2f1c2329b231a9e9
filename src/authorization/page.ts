import type { ApiError, ErrorCode } from "../errors";

const STYLE = `
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
  body { display: grid; place-items: center; min-height: 100dvh; margin: 0; padding: 1rem; box-sizing: border-box; }
  main { max-width: 28rem; text-align: center; }
  h1 { font-size: 1.4rem; text-wrap: balance; }`;

const CSP = `default-src 'none'; style-src 'sha256-${new Bun.CryptoHasher("sha256").update(STYLE).digest("base64")}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const REASONS: Partial<Record<ErrorCode, string>> = {
  validation_failed: "The game sent an incomplete request.",
  redirect_uri_invalid: "The game asked to return to an address that is not registered.",
  authorization_expired: "This sign-in has expired or was already used.",
};

/** The page a player sees when a sign-in cannot go on. Says nothing that came from outside. */
export function signInFailedPage(error: ApiError): Response {
  const reason = REASONS[error.code] ?? error.message;
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign-in could not go on</title>
<style>${STYLE}</style>
</head>
<body><main><h1>Sign-in could not go on</h1><p>${reason}</p><p>Close this page and sign in from the game again.</p></main></body>
</html>
`;
  return new Response(html, {
    status: error.status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": CSP,
      "cache-control": "no-store",
    },
  });
}
