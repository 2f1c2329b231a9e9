import { type Html, html } from "../http/html";
import type { FoundPlayers } from "../studio/find-players";
import type { FoundPlayer } from "../studio/found-player";
import { consolePage, hiddenToken, said, time } from "./layout";
import { table } from "./table";
import type { Visit } from "./visit";

export type Search = {
  /** What was looked for; empty: nothing yet. */
  query: string;
  found: FoundPlayers | null;
  problem?: string;
};

/** The first page: how it goes, and finding a player. */
export function searchPage(
  { place, staff }: Visit,
  { query, found, problem }: Search,
  figures: Html,
): Response {
  const { base } = place;
  return consolePage(place, {
    title: "Players",
    current: "players",
    status: problem === undefined ? 200 : 400,
    content: html`<section class="figures-area" aria-label="Figures" data-figures="${base}/console/figures">
${figures}
</section>
<section class="card" aria-labelledby="find">
<h2 id="find">Find a player</h2>
${problem && html`<p class="problem" id="problem">${problem}</p>`}
<form method="post" action="${base}/console" role="search" class="inline">
${hiddenToken(place.visitor?.formToken ?? "")}
<label><span>Id, name or its beginning, email, or provider:subject</span>
<input name="q" value="${query}" maxlength="300" required autocomplete="off" autocapitalize="none" spellcheck="false"${
      found === null && html` autofocus`
    }${problem && html` aria-invalid="true" aria-describedby="problem"`}></label>
<button>Find</button>
</form>
</section>
${found && results(base, query, found, staff.role === "admin", place.visitor?.formToken ?? "")}`,
  });
}

function results(
  base: string,
  query: string,
  { players, next }: FoundPlayers,
  showsEmails: boolean,
  token: string,
): Html {
  if (players.length === 0)
    return html`<section class="card" aria-label="Found"><p>Nobody was found. An email has to be whole; of a name the beginning will do.</p></section>`;
  return html`<section class="card" aria-labelledby="found">
<h2 id="found">${players.length === 1 ? "One player" : `${players.length} players`}${next && " and more"}</h2>
${table(
  ["Name", "Id", showsEmails ? "Email" : null, "Ways in", "Level", "Last sign-in", "Standing"],
  players.map((player) => row(base, player)),
)}
${
  next &&
  html`<form class="more" method="post" action="${base}/console">${hiddenToken(token)}<input type="hidden" name="q" value="${query}"><input type="hidden" name="after" value="${next}"><button class="quiet">Show who follows</button></form>`
}
</section>`;
}

function row(base: string, player: FoundPlayer): Html[] {
  return [
    html`<a href="${base}/console/players/${player.id}">${said(player.name || "(no name)")}</a>`,
    html`${player.id}`,
    said(player.email),
    html`${player.providers.join(", ")}`,
    html`${player.level}`,
    time(player.last_login),
    standing(player) ?? html`–`,
  ];
}

/** What stands out about a player, in a word or two each; null for nothing. */
export function standing({ ban, merged_into, roles, guest }: FoundPlayer): Html | null {
  const others = roles.filter((role) => role !== "player");
  const badges = [
    ...(ban ? [html`<span class="badge bad">banned</span>`] : []),
    ...(merged_into !== null ? [html`<span class="badge">merged</span>`] : []),
    ...(guest ? [html`<span class="badge">guest</span>`] : []),
    ...others.map((role) => html`<span class="badge">${role}</span>`),
  ];
  return badges.length > 0 ? html`${badges}` : null;
}
