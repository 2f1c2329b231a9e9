import { createHash } from "node:crypto";
import { Html, html } from "../../http/html";

const SUBMIT = "document.forms[0].submit()";
const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy":
    `default-src 'none'; script-src 'sha256-${createHash("sha256").update(SUBMIT).digest("base64")}'; ` +
    "form-action http: https:; base-uri 'none'; frame-ancestors 'none'",
  "cache-control": "no-store",
  // The client sees where the form comes from, as with a real provider.
  "referrer-policy": "strict-origin",
  "x-content-type-options": "nosniff",
};

/** A page that posts the answer to the client at once (OAuth 2.0 Form Post Response Mode §2); undefined is left out. */
export function formPost(redirectUri: string, answer: Record<string, string | undefined>): Response {
  const fields = Object.entries(answer).filter(([, value]) => value !== undefined);
  const document = html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Back to the game</title></head>
<body>
<form method="post" action="${redirectUri}">
${fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<noscript><button>Back to the game</button></noscript>
</form>
<script>${new Html(SUBMIT)}</script>
</body>
</html>
`;
  return new Response(document.markup, { headers: HEADERS });
}
