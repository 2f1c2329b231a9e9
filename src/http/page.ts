import { createHash } from "node:crypto";
import { type Html, html } from "./html";

const STYLE = `
  :root { color-scheme: light dark; font: 1.05rem/1.5 system-ui, sans-serif; }
  body { display: grid; place-items: center; min-height: 100dvh; margin: 0;
    color: light-dark(#3b2f26, #f3e9dd); background: light-dark(#fdf6ec, #1d1a17); }
  main { box-sizing: border-box; width: min(100% - 2rem, 26rem); margin: 1rem; padding: 2.25rem 2rem;
    border-radius: 1.25rem; text-align: center; overflow-wrap: anywhere;
    background: light-dark(#fff, #2a2521); box-shadow: 0 .5rem 2rem light-dark(#8a5a2b22, #0008); }
  h1 { margin: 0 0 .75rem; font-size: 1.5rem; line-height: 1.25; text-wrap: balance; }
  p { margin: 0 0 .5rem; text-wrap: pretty; }
  ul { margin: 1rem 0; padding: 0; list-style: none; text-align: left; }
  li { padding: .5rem .25rem; border-top: 1px solid light-dark(#8a5a2b33, #fff2); }
  li:last-child { border-bottom: 1px solid light-dark(#8a5a2b33, #fff2); }
  nav, form { display: grid; gap: .75rem; margin-top: 1.5rem; }
  nav + form { margin-top: .75rem; }
  .button { box-sizing: border-box; width: 100%; padding: .75rem 1rem; border: 1px solid transparent;
    border-radius: .75rem; font: inherit; font-weight: 600; text-align: center; text-decoration: none; cursor: pointer;
    color: #fff; background: #a8480f; }
  .button:hover { background: #8c3a0a; }
  .button:focus-visible, input:focus-visible { outline: 3px solid light-dark(#3b2f26, #f3e9dd); outline-offset: 2px; }
  .code { font: 600 1.75rem/1.5 ui-monospace, monospace; letter-spacing: .06em; white-space: nowrap; }
  .problem { color: light-dark(#a3160f, #ff9c92); font-weight: 600; }
  dl { display: grid; grid-template-columns: auto 1fr; gap: .5rem 1rem; margin: 1.25rem 0; padding: 1rem .25rem; text-align: start;
    border-block: 1px solid light-dark(#8a5a2b33, #fff2); }
  dt { color: light-dark(#6b5a4c, #b9ab9c); }
  dd { margin: 0; }
  label { display: grid; gap: .25rem; text-align: start; }
  input { box-sizing: border-box; width: 100%; padding: .6rem .5rem; border: 1px solid light-dark(#8d6f55, #fff6); border-radius: .75rem;
    color: inherit; background: none; font: 600 1.5rem/1.4 ui-monospace, monospace; letter-spacing: .06em; text-align: center; text-transform: uppercase; }
  .quiet { color: inherit; background: none; border-color: light-dark(#8a5a2b88, #fff6); }
  .quiet:hover { background: light-dark(#8a5a2b18, #fff1); }
  small { display: block; margin-top: 1.25rem; color: light-dark(#6b5a4c, #b9ab9c); }`;

const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

export type Page = {
  title: string;
  /** Below the heading, which says the title. */
  content: Html;
  status?: number;
  /** Where its forms may go, as sources of a Content-Security-Policy: redirects after a form count too. */
  formAction?: string;
};

/** A page of ours that a player's browser shows: no script, nothing from elsewhere, light and dark. */
export function page({ title, content, status = 200, formAction = "'none'" }: Page): Response {
  const { markup } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>`;
  const rest = html`</style>
</head>
<body><main><h1>${title}</h1>${content}</main></body>
</html>
`;
  return new Response(markup + STYLE + rest.markup, {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action ${formAction}; frame-ancestors 'none'`,
      // A form says where it comes from; no other site learns where the player was.
      "referrer-policy": formAction === "'none'" ? "no-referrer" : "same-origin",
      "cache-control": "no-store",
    },
  });
}
