import type { ApiError, ErrorCode } from "../errors";

const STYLE = `
  :root { color-scheme: light dark; font: 1.05rem/1.5 system-ui, sans-serif; }
  body { display: grid; place-items: center; min-height: 100dvh; margin: 0;
    color: light-dark(#3b2f26, #f3e9dd); background: light-dark(#fdf6ec, #1d1a17); }
  main { max-width: 26rem; margin: 1.5rem; padding: 2.25rem 2.5rem; border-radius: 1.25rem; text-align: center;
    background: light-dark(#fff, #2a2521); box-shadow: 0 .5rem 2rem light-dark(#8a5a2b22, #0008); }
  h1 { margin: 0 0 .75rem; font-size: 1.5rem; text-wrap: balance; }
  p { margin: 0 0 .5rem; }`;

const CSP = `default-src 'none'; style-src 'sha256-${new Bun.CryptoHasher("sha256").update(STYLE).digest("base64")}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const REASONS: Partial<Record<ErrorCode, string>> = {
  validation_failed: "The game sent an incomplete request.",
  redirect_uri_invalid: "The game asked to return to an address that is not registered.",
  provider_unavailable: "The game asked for a way to sign in that is not available here.",
  authorization_expired:
    "This sign-in has expired, was already used, or was begun in another browser. It needs cookies.",
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
