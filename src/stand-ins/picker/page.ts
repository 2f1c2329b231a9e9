import { type Html, html } from "../../http/html";

/**
 * `form-action` names schemes, not hosts: browsers apply it to every hop after the form, and only the
 * client knows its last one. Redirects of the first hop are checked by the server.
 */
const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy":
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' http: https:; " +
    "base-uri 'none'; frame-ancestors 'none'",
  "cache-control": "no-store",
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
};

/**
 * A whole page under a sign that says what it is not. Works without scripts, which its policy forbids.
 */
export function page(
  sign: string,
  title: string,
  content: Html,
  options: { status?: number; wide?: boolean } = {},
): Response {
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · ${sign}</title>
<link rel="icon" href="/local/mark.svg">
<link rel="stylesheet" href="/local/style.css">
</head>
<body>
<header>
<p class="sign"><strong>${sign}</strong><span>A stand-in for development. Its players are invented.</span></p>
</header>
<main${options.wide && html` class="wide"`}>
${content}
</main>
</body>
</html>
`;
  return new Response(document.markup, { status: options.status ?? 200, headers: HEADERS });
}
