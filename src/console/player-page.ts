import { type Html, html } from "../http/html";
import type { DescribedPlayer } from "../studio/describe-player";
import { actionForms, type Tried } from "./action-forms";
import { ACTIONS, isAction } from "./actions";
import { consolePage, said, time } from "./layout";
import { history } from "./player-history";
import { standing } from "./search-page";
import type { Visit } from "./visit";

export type PlayerPageOptions = {
  /** The roles that there are beside `player`. */
  roleNames: readonly string[];
  /** Whose form came to nothing, and why. */
  tried?: Tried;
  status?: number;
  /** What has just been done. */
  done?: string | undefined;
};

/** Everything about a player, and what can be done about it. */
export function playerPage(visit: Visit, described: DescribedPlayer, options: PlayerPageOptions): Response {
  const { place, staff } = visit;
  const { player } = described;
  const { tried, done = "" } = options;
  const seesPrivate = staff.role === "admin";
  return consolePage(place, {
    title: player.name || `Player ${player.id}`,
    status: options.status ?? 200,
    content: html`${isAction(done) && html`<p class="notice" role="status">${ACTIONS[done].done}</p>`}
${tried && html`<p class="problem" role="alert" id="problem">${ACTIONS[tried.action].title}: ${tried.problem}</p>`}
<div class="columns">
<div>
${profile(place.base, described, seesPrivate)}
${waysIn(described, seesPrivate)}
${devices(described, seesPrivate)}
${history(visit, described, tried)}
</div>
<div>
${actionForms(visit, described, options.roleNames, tried)}
</div>
</div>`,
  });
}

function profile(base: string, { player, merged }: DescribedPlayer, seesPrivate: boolean): Html {
  const { ban, merged_into: mergedInto } = player;
  return html`<section class="card" aria-labelledby="profile">
<h2 id="profile">Profile</h2>
<div class="player">${picture(player.picture)}<p>${standing(player)}</p></div>
${
  ban &&
  html`<p class="problem">Banned since ${time(ban.since)}, ${ban.until === null ? "for good" : html`until ${time(ban.until)}`}: ${said(ban.reason)}</p>`
}
${mergedInto !== null && html`<p class="problem">Merged into <a href="${base}/console/players/${mergedInto}">player ${mergedInto}</a>.</p>`}
<dl>
<dt>Id</dt><dd>${player.id}</dd>
<dt>Name</dt><dd>${said(player.name)}</dd>
<dt>Email</dt><dd>${seesPrivate ? said(player.email) : html`<span class="faint">for admins</span>`}</dd>
<dt>Level</dt><dd>${player.level}, ${player.stars} stars</dd>
<dt>Roles</dt><dd>${player.roles.join(", ")}</dd>
<dt>Since</dt><dd>${time(player.created_at)}</dd>
<dt>Last sign-in</dt><dd>${time(player.last_login)}</dd>
${
  merged.length > 0 &&
  html`<dt>Merged in</dt><dd>${merged.map(({ id, name }) => html`<a href="${base}/console/players/${id}">${said(name || String(id))}</a>`)}</dd>`
}
</dl>
</section>`;
}

/** One that this server keeps; a picture from elsewhere would tell its host who looks. */
function picture(address: string | null): Html | false {
  const path = address === null ? null : (URL.parse(address)?.pathname ?? null);
  const kept = path !== null && /\/pictures\/[^/]+$/.test(path);
  return kept && html`<img src="${path}" alt="" width="48" height="48">`;
}

function waysIn({ identities }: DescribedPlayer, seesPrivate: boolean): Html {
  const rows = identities.map(
    (identity) => html`<tr>
<td data-label="Provider">${identity.provider}</td>
<td data-label="Account">${said(identity.name)}<br><small><code>${identity.subject}</code></small></td>
${seesPrivate && html`<td data-label="Email">${said(identity.email)}</td>`}
<td data-label="Last used">${time(identity.last_used_at)}</td>
</tr>`,
  );
  return html`<section class="card" aria-labelledby="ways-in">
<h2 id="ways-in">Ways in</h2>
${
  rows.length === 0
    ? html`<p class="faint">None.</p>`
    : html`<table class="stack"><thead><tr><th scope="col">Provider</th><th scope="col">Account</th>${seesPrivate && html`<th scope="col">Email</th>`}<th scope="col">Last used</th></tr></thead><tbody>${rows}</tbody></table>`
}
</section>`;
}

function devices({ sessions }: DescribedPlayer, seesPrivate: boolean): Html {
  const rows = sessions.map(
    (session) => html`<tr>
<td data-label="Device">${said(session.device ?? "(no name)")}</td>
${seesPrivate && html`<td data-label="Address">${said(session.ip)}</td>`}
<td data-label="Signed in">${time(session.created_at)}</td>
<td data-label="Last used">${time(session.last_used_at)}</td>
</tr>`,
  );
  return html`<section class="card" aria-labelledby="devices">
<h2 id="devices">Signed-in devices</h2>
${
  rows.length === 0
    ? html`<p class="faint">None.</p>`
    : html`<table class="stack"><thead><tr><th scope="col">Device</th>${seesPrivate && html`<th scope="col">Address</th>`}<th scope="col">Signed in</th><th scope="col">Last used</th></tr></thead><tbody>${rows}</tbody></table>`
}
</section>`;
}
