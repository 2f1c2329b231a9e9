import { type Html, html } from "../http/html";
import type { DescribedPlayer } from "../studio/describe-player";
import { reasonField, type Tried } from "./action-forms";
import { actorShown, changedShown } from "./event-shown";
import { hiddenToken, said, time } from "./layout";
import { type Change, whyNot } from "./permissions";
import type { Visit } from "./visit";

/** What was done to a player, the latest first, each with what takes it back. */
export function history(visit: Visit, described: DescribedPlayer, tried: Tried | undefined): Html {
  const changes = new Map(described.changes.map((change) => [change.id, change]));
  const events = new Map(described.events.map((event) => [event.id, event]));
  const ids = [...new Set([...events.keys(), ...changes.keys()])].sort().reverse();
  const items = ids.map((id) => {
    const [event, change] = [events.get(id), changes.get(id)];
    const {
      before,
      after,
      created_at: at,
    } = (event ?? change) as Pick<Change, "before" | "after" | "created_at">;
    return html`<li>
<p><strong>${(event?.action ?? change?.kind ?? "").replaceAll("_", " ")}</strong> ${time(at)}${event && html` by ${actorShown(visit.place.base, event.by)}`}</p>
${changedShown(before, after)}
${event?.reason && html`<p>${said(event.reason)}</p>`}
${change && takeBack(visit, described, change, tried)}
</li>`;
  });
  return html`<section class="card" aria-labelledby="history">
<h2 id="history">History</h2>
${items.length === 0 ? html`<p class="faint">Nothing yet.</p>` : html`<ol class="notes">${items}</ol>`}
<p><a href="${visit.place.base}/console/audit?player=${described.player.id}">All of it in the audit</a></p>
</section>`;
}

function takeBack(
  visit: Visit,
  { player }: DescribedPlayer,
  change: Change,
  tried: Tried | undefined,
): Html | false {
  const { place, staff } = visit;
  if (change.undone_at !== null) return html`<p class="faint">Taken back ${time(change.undone_at)}</p>`;
  if (whyNot(staff, { action: "undo", player, change }) !== null) return false;
  const isTried = tried?.action === "undo" && tried.fields.change === change.id;
  return html`<details${isTried && html` open`}>
<summary>Take back <small>until ${time(change.undo_until)}</small></summary>
<form method="post" action="${place.base}/console/players/${player.id}/undo">
${hiddenToken(place.visitor?.formToken ?? "")}
<input type="hidden" name="change" value="${change.id}">
${reasonField(isTried ? tried.fields.reason : "", change.kind !== "note")}
<button class="quiet">Take it back</button>
</form>
</details>`;
}
