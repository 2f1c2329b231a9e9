import { createHash } from "node:crypto";

const STYLE = `
:root { color-scheme: light dark }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; font: 1.05rem/1.5 system-ui, sans-serif;
  background: light-dark(#fdf6ec, #1d1a17); color: light-dark(#3b2f26, #f3e9dd) }
main { max-width: 26rem; margin: 1.5rem; padding: 2.25rem 2.5rem; border-radius: 1.25rem; text-align: center;
  background: light-dark(#fff, #2a2521); box-shadow: 0 .5rem 2rem light-dark(#8a5a2b22, #0008) }
svg { width: 4rem; height: 4rem }
h1 { margin: .75rem 0 .25rem; font-size: 1.5rem }
p { margin: 0; overflow-wrap: anywhere; text-wrap: balance }
.why { margin-top: 1rem; padding: .6rem .9rem; border-radius: .6rem; font-size: .9rem;
  background: light-dark(#fbeae6, #45261f) }`;

const TICK = `<svg viewBox="0 0 64 64" aria-hidden="true"><circle cx="32" cy="32" r="30" fill="#3f9d5a"/>
<path d="M19 33l9 9 18-19" fill="none" stroke="#fff" stroke-width="6" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
const CROSS = `<svg viewBox="0 0 64 64" aria-hidden="true"><circle cx="32" cy="32" r="30" fill="#c8553d"/>
<path d="M22 22l20 20M42 22L22 42" fill="none" stroke="#fff" stroke-width="6" stroke-linecap="round"/></svg>`;
const QUESTION = `<svg viewBox="0 0 64 64" aria-hidden="true"><circle cx="32" cy="32" r="30" fill="#d08a2c"/>
<path d="M23 25a9 9 0 1 1 13 8q-4 2-4 7m0 8v1" fill="none" stroke="#fff" stroke-width="6" stroke-linecap="round"/></svg>`;

const styleHash = createHash("sha256").update(STYLE).digest("base64");

export const PAGE_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  connection: "close",
};

/** What the player sees in the browser at the end. */
export function successPage(appName: string, isLink: boolean): string {
  const title = isLink ? "Your account is linked" : "You're signed in";
  return page(TICK, title, `You can close this tab and go back to ${escapeHtml(appName)}.`);
}

/** The account is another player's, and the game asks who goes on. */
export function choicePage(appName: string): string {
  const text = `Another player uses this account. Close this tab and choose in ${escapeHtml(appName)} who goes on.`;
  return page(QUESTION, "One question is left", text);
}

/** `why` may come from anywhere. */
export function failurePage(appName: string, why: string): string {
  const advice = `Close this tab, go back to ${escapeHtml(appName)} and try again.`;
  return page(CROSS, "That did not work", `${advice}</p><p class="why">${escapeHtml(why.slice(0, 300))}`);
}

function page(icon: string, title: string, text: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width"><style>${STYLE}</style></head>
<body><main>${icon}<h1>${title}</h1><p>${text}</p></main></body></html>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
