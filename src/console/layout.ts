import { type Html, html } from "../http/html";
import { FORM_TOKEN } from "./form-check";
import type { Staff } from "./staff";

/** What every page of the console knows. */
export type Place = {
  /** Path below which a proxy may have put this server, without a slash at the end. */
  base: string;
  /** Null on pages for whoever is not signed in. */
  visitor: { staff: Staff; formToken: string } | null;
};

export type Page = {
  /** Also its heading, unless it brings one. */
  title: string;
  content: Html;
  status?: number;
  /** Which entry of the navigation it is. */
  current?: "players" | "audit";
  /** Where the browser goes on to by itself. */
  goesOnTo?: string;
  headers?: readonly (readonly [name: string, value: string])[];
};

/** A page of the console; it works without scripts. What it may load, the headers of its path say. */
export function consolePage(place: Place, { status = 200, headers = [], ...page }: Page): Response {
  const { base } = place;
  const { title, content, goesOnTo } = page;
  const { markup } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Console</title>
${goesOnTo !== undefined && html`<meta http-equiv="refresh" content="0; url=${goesOnTo}">`}
<link rel="icon" href="${base}/console/icon.svg">
<link rel="stylesheet" href="${base}/console/console.css">
<script src="${base}/console/console.js" defer></script>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
${bar(place, page.current)}
<main id="content" tabindex="-1">
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`;
  return new Response(markup, {
    status,
    headers: [
      ["content-type", "text/html; charset=utf-8"],
      ...headers.map(([name, value]) => [name, value]),
    ] as [string, string][],
  });
}

function bar({ base, visitor }: Place, current: Page["current"]): Html {
  const entry = (name: Page["current"], path: string, label: string) =>
    html`<li><a href="${base}${path}"${current === name && html` aria-current="page"`}>${label}</a></li>`;
  return html`<header>
<p class="brand"><a href="${base}/console">Console</a></p>
${
  visitor &&
  html`<nav aria-label="Console"><ul>
${entry("players", "/console", "Players")}
${entry("audit", "/console/audit", "Audit")}
</ul></nav>
<form class="who" method="post" action="${base}/console/sign-out">
${hiddenToken(visitor.formToken)}
<span><bdi>${visitor.staff.user.name}</bdi> <small>${visitor.staff.role}</small></span>
<button class="quiet">Sign out</button>
</form>`
}
</header>`;
}

/** What every form carries. */
export function hiddenToken(formToken: string): Html {
  return html`<input type="hidden" name="${FORM_TOKEN}" value="${formToken}">`;
}

/** A moment, in UTC and to the minute; none is a dash. */
export function time(moment: Date | string | null): Html {
  if (moment === null) return html`–`;
  const iso = new Date(moment).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 16)}</time>`;
}

/** Something that somebody outside has said: it cannot turn the text around it. */
export function said(text: string | null): Html {
  return text === null || text === "" ? html`–` : html`<bdi>${text}</bdi>`;
}
