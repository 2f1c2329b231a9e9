import { type Html, html } from "../http/html";
import type { DescribedPlayer } from "../studio/describe-player";
import { ACTIONS, type ActionName, type Fields, ROLE_FIELD } from "./actions";
import { BANS, type BanLength } from "./ban-lengths";
import { actorShown } from "./event-shown";
import { hiddenToken, said, time } from "./layout";
import { isGrave, whyNot } from "./permissions";
import type { Visit } from "./visit";

/** A form that came to nothing: it is shown again as it was filled in. */
export type Tried = { action: ActionName; fields: Fields; problem: string };

/** What somebody of the studio may do to this player, a form each; and the notes. */
export function actionForms(
  visit: Visit,
  described: DescribedPlayer,
  roleNames: readonly string[],
  tried: Tried | undefined,
): Html {
  const { player } = described;
  const forms = createForms(visit, described, tried);
  const isMerged = player.merged_into !== null;
  const shown = [
    ...(isMerged
      ? []
      : [
          forms(
            "rename",
            ({ name }) =>
              html`<label><span>New name</span><input name="name" required maxlength="20" value="${name ?? player.name}" autocomplete="off" spellcheck="false"></label>`,
            { seen: true },
          ),
          player.ban ? forms("unban", () => html``, { seen: true }) : null,
          forms("ban", ({ until }) => banLength(visit, described, until), {
            seen: true,
            isDanger: true,
            title: player.ban ? "Change the ban" : "Ban",
          }),
          forms("sessions", () => html`<p>Every device of the player asks to sign in again.</p>`, {
            seen: true,
            isDanger: true,
          }),
          forms(
            "merge",
            ({
              other,
            }) => html`<label><span>Id of the player who is given up</span><input name="other" required inputmode="numeric" maxlength="11" value="${other ?? ""}" autocomplete="off"></label>
<p>This player keeps their name and gets the other's ways in; of stars and level the higher stay. The other's devices are signed out.</p>`,
            { seen: true, isDanger: true },
          ),
          forms(
            "roles",
            (fields) => roleBoxes(roleNames, tried?.action === "roles" ? rolesTicked(fields) : player.roles),
            { seen: true, isDanger: true },
          ),
        ]),
    forms(
      "view-as",
      () =>
        html`<p>Makes a token with which you read what the player reads, for ten minutes. It writes nothing.</p>`,
      { seen: false },
    ),
  ].filter((form) => form !== null);
  return html`<section class="card" aria-labelledby="actions">
<h2 id="actions">What to do</h2>
${shown.length === 0 ? html`<p class="faint">Nothing that you may do.</p>` : shown}
</section>
${notes(visit, described, tried)}`;
}

type Look = {
  /** Whether the player sees the reason among what happened to their account. */
  seen: boolean;
  isDanger?: boolean;
  title?: string;
};

function createForms({ place, staff }: Visit, { player }: DescribedPlayer, tried: Tried | undefined) {
  return (
    action: ActionName,
    fieldsOf: (fields: Fields) => Html,
    { seen, isDanger, title }: Look,
  ): Html | null => {
    if (whyNot(staff, { action, player, until: "1d" }) !== null) return null;
    const isTried = tried?.action === action;
    const fields = isTried ? tried.fields : {};
    const asksAgain = isGrave(action, undefined) && !staff.isFresh;
    return html`<details${isTried && html` open`}>
<summary>${title ?? ACTIONS[action].title}</summary>
<form method="post" action="${place.base}/console/players/${player.id}/${action}">
${hiddenToken(place.visitor?.formToken ?? "")}
${fieldsOf(fields)}
${reasonField(fields.reason, seen)}
${asksAgain && html`<p class="faint">You will be asked to sign in once more.</p>`}
<button${isDanger && html` class="danger"`}>${title ?? ACTIONS[action].title}</button>
</form>
</details>`;
  };
}

/** @param isSeen whether the player sees it */
export function reasonField(reason: string | undefined, isSeen = true): Html {
  return html`<label><span>Reason ${isSeen ? "(the player sees it)" : "(for the audit)"}</span><input name="reason" required maxlength="500" value="${
    reason ?? ""
  }" autocomplete="off"></label>`;
}

function banLength({ staff }: Visit, { player }: DescribedPlayer, chosen: string | undefined): Html {
  const options = (Object.keys(BANS) as BanLength[])
    .filter((length) => whyNot(staff, { action: "ban", player, until: length }) === null)
    .map(
      (length) =>
        html`<option value="${length}"${length === (chosen ?? "7d") && html` selected`}>${BANS[length].label}</option>`,
    );
  return html`<label><span>For how long</span><select name="until">${options}</select></label>
<p>The player cannot sign in, and neither can whoever comes back with one of their ways in. Their devices go on when the ban is over.</p>`;
}

function roleBoxes(names: readonly string[], ticked: readonly string[]): Html {
  const boxes = names.map(
    (name) =>
      html`<label class="check"><input type="checkbox" name="${ROLE_FIELD}${name}"${ticked.includes(name) && html` checked`}>${name}</label>`,
  );
  return html`<fieldset><legend>Beside player</legend>${boxes}</fieldset>`;
}

function rolesTicked(fields: Fields): string[] {
  return Object.keys(fields).map((name) => name.replace(ROLE_FIELD, ""));
}

function notes(
  { place }: Visit,
  { player, notes: written }: DescribedPlayer,
  tried: Tried | undefined,
): Html {
  const items = written.map(
    ({ by, text, created_at: at }) =>
      html`<li><p>${said(text)}</p><small>${time(at)} by ${actorShown(place.base, by)}</small></li>`,
  );
  return html`<section class="card" aria-labelledby="notes">
<h2 id="notes">Notes</h2>
${items.length === 0 ? html`<p class="faint">None yet.</p>` : html`<ol class="notes">${items}</ol>`}
<form method="post" action="${place.base}/console/players/${player.id}/note">
${hiddenToken(place.visitor?.formToken ?? "")}
<label><span>For the studio's people alone</span><textarea name="text" required maxlength="2000">${
    tried?.action === "note" ? (tried.fields.text ?? "") : ""
  }</textarea></label>
<button>${ACTIONS.note.title}</button>
</form>
</section>`;
}
