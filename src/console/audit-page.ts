import { AUDIT_ACTIONS } from "../audit/event";
import type { AuditPage } from "../audit/store";
import { type Html, html } from "../http/html";
import { eventShown } from "../studio/describe-player";
import { actorShown, changedShown } from "./event-shown";
import { consolePage, said, time } from "./layout";
import { table } from "./table";
import type { Visit } from "./visit";

/** What the form of the page asks for; an empty member: anything. */
export type AuditFilter = { player?: string; actor?: string; id?: string; action?: string };

const ACTORS = ["player", "staff", "operator", "server", "system"];

/** What was done, by whom and why, the latest first. */
export function auditPage(
  { place }: Visit,
  filter: AuditFilter,
  page: AuditPage | null,
  problem?: string,
): Response {
  return consolePage(place, {
    title: "Audit",
    current: "audit",
    status: problem === undefined ? 200 : 400,
    content: html`<section class="card" aria-label="Filter">
${problem && html`<p class="problem" id="problem">${problem}</p>`}
<form action="${place.base}/console/audit" class="inline">
<label><span>Player, by id</span><input name="player" value="${filter.player ?? ""}" inputmode="numeric" maxlength="10" autocomplete="off"></label>
<label><span>Done by</span><select name="actor"><option value="">anybody</option>${ACTORS.map(
      (kind) => html`<option${kind === filter.actor && html` selected`}>${kind}</option>`,
    )}</select></label>
<label><span>Whose id or name</span><input name="id" value="${filter.id ?? ""}" maxlength="64" autocomplete="off"></label>
<label><span>Action</span><select name="action"><option value="">any</option>${AUDIT_ACTIONS.map(
      (action) =>
        html`<option value="${action}"${action === filter.action && html` selected`}>${action.replaceAll("_", " ")}</option>`,
    )}</select></label>
<button>Show</button>
</form>
</section>
${page && events(place.base, filter, page)}`,
  });
}

function events(base: string, filter: AuditFilter, { rows, next }: AuditPage): Html {
  const shown = rows.map((row) => eventRow(base, eventShown(row)));
  const query = new URLSearchParams({ ...filter, before: next ?? "" });
  return html`<section class="card" aria-label="Events">
${
  shown.length === 0
    ? html`<p>${next === null ? "Nothing of the kind was done." : "Nothing of the kind among the last 10,000 events."}</p>`
    : table(["When, UTC", "Action", "Player", "By", "Changed", "Reason"], shown)
}
${next !== null && html`<p class="more"><a href="${base}/console/audit?${query.toString()}">Earlier</a></p>`}
</section>`;
}

function eventRow(base: string, event: ReturnType<typeof eventShown>): Html[] {
  const { user_id: userId, reason, request_id: requestId } = event;
  return [
    html`${time(event.created_at)}${requestId && html`<br><small>request <bdi>${requestId}</bdi></small>`}`,
    html`${event.action.replaceAll("_", " ")}`,
    userId === null ? html`–` : html`<a href="${base}/console/players/${userId}">${userId}</a>`,
    actorShown(base, event.by),
    changedShown(event.before, event.after) ?? html`–`,
    said(reason),
  ];
}
