import { dateOf } from "./format.js";
import { tell } from "./notice.js";
import { element, fill, makeButton, makeRow, press } from "./page.js";
import { explain } from "./problems.js";
import { loadProviders, nameOf } from "./providers.js";

/** Says what has just happened, and that it can be taken back. */
export async function tellLatestChange(oauth) {
  try {
    await tellLatest(oauth);
  } catch (error) {
    tell(explain(error));
  }
}

async function tellLatest(oauth) {
  const [[latest], providers] = await Promise.all([oauth.changes(), loadProviders(oauth)]);
  if (!latest || latest.undoneAt) return;
  tell(`${sentenceOf(latest, providers)}. You can take it back for 30 days.`, "Undo", () =>
    oauth.undo(latest.id).then(
      () => tell("It is as it was before."),
      (error) => tell(explain(error)),
    ),
  );
}

export function showChanges(oauth, changes, providers) {
  const standing = changes.filter(({ undoneAt }) => !undoneAt);
  element("changes-section").hidden = !standing.length;
  fill(
    element("changes"),
    standing.map((change) => {
      const sentence = sentenceOf(change, providers);
      const undo = makeButton("Undo", `Undo: ${sentence}`, () =>
        press(undo, element("account-problem"), async () => {
          await oauth.undo(change.id);
          tell("It is as it was before.");
        }),
      );
      return makeRow(
        sentence,
        `${dateOf(change.createdAt, "short")}, until ${dateOf(change.undoUntil)}`,
        undo,
      );
    }),
  );
}

function sentenceOf({ kind, providers }, known) {
  const names = providers.map((id) => nameOf(known, id)).join(", ");
  return {
    link: `${names} added`,
    unlink: `${names} taken away`,
    merge: "Two chefs became one",
    delete: "You left",
  }[kind];
}
