import { dateOf } from "./format.js";
import { tell } from "./notice.js";
import { element, press } from "./page.js";

/** Hands players what is kept of them, and lets them leave. The SDK has no method for it: its `fetch` is enough. */
export function setUpLeaving(oauth, backendUrl) {
  const [dialog, problem, download] = ["leave-dialog", "leave-problem", "download"].map(element);
  const ask = (path, init) => answerOf(oauth.fetch(new URL(path, backendUrl), init));
  download.onclick = () =>
    press(download, element("account-problem"), async () => save(await (await ask("api/me/export")).text()));
  element("leave").onclick = () => {
    problem.textContent = "";
    dialog.showModal();
  };
  element("leave-cancel").onclick = () => dialog.close();
  element("leave-form").onsubmit = (event) => {
    event.preventDefault();
    void press(event.submitter, problem, async () => {
      const { deletes_at } = await (await ask("api/me", { method: "DELETE" })).json();
      dialog.close();
      await oauth.logout();
      tell(`Farewell. Sign in until ${dateOf(new Date(deletes_at))}, and everything is as it was.`);
    });
  };
}

async function answerOf(asked) {
  const answer = await asked;
  if (answer.ok) return answer;
  const { code, message } = await answer.json();
  throw Object.assign(new Error(message), { code });
}

function save(json) {
  const href = URL.createObjectURL(new Blob([json], { type: "application/json" }));
  Object.assign(document.createElement("a"), { href, download: "my-account.json" }).click();
  URL.revokeObjectURL(href);
}
