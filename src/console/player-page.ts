import { type Html, html } from "../http/html";
import type { DescribedPlayer } from "../studio/describe-player";
import { actionForms, type Tried } from "./action-forms";
import { ACTIONS, isAction } from "./actions";
import { consolePage, said, time } from "./layout";
import { history } from "./player-history";
import { standing } from "./search-page";
import { table } from "./table";
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
<p class="jump"><a href="#actions">What to do</a> <a href="#notes">Notes</a> <a href="#history">History</a></p>
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
  const [shown, standsOut] = [picture(player.picture), standing(player)];
  return html`<section class="card" aria-labelledby="profile">
<h2 id="profile">Profile</h2>
${(shown || standsOut) && html`<div class="player">${shown}<p>${standsOut}</p></div>`}
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

/** What a provider calls a player may be what they are called in life, and what it knows them by an email. */
function waysIn({ identities }: DescribedPlayer, seesPrivate: boolean): Html {
  const rows = identities.map(({ provider, name, subject, email, last_used_at: lastUsed }) => [
    html`${provider}`,
    html`${seesPrivate && name !== null && html`${said(name)}<br>`}<small>${
      seesPrivate || !subject.includes("@") ? html`<code>${subject}</code>` : "for admins"
    }</small>`,
    said(email),
    time(lastUsed),
  ]);
  return html`<section class="card" aria-labelledby="ways-in">
<h2 id="ways-in">Ways in</h2>
${
  rows.length === 0
    ? html`<p class="faint">None.</p>`
    : table(["Provider", "Account", seesPrivate ? "Email" : null, "Last used"], rows)
}
</section>`;
}

function devices({ sessions }: DescribedPlayer, seesPrivate: boolean): Html {
  const rows = sessions.map(({ device, ip, created_at: at, last_used_at: lastUsed }) => [
    html`${said(device ?? "(no name)")}${seesPrivate && html`<br><small>${said(ip)}</small>`}`,
    time(at),
    time(lastUsed),
  ]);
  return html`<section class="card" aria-labelledby="devices">
<h2 id="devices">Signed-in devices</h2>
${rows.length === 0 ? html`<p class="faint">None.</p>` : table(["Device", "Signed in", "Last used"], rows)}
</section>`;
}
