import { askWhoGoesOn } from "./conflict.js";
import { dateOf } from "./format.js";
import { tell } from "./notice.js";
import { element, press } from "./page.js";

/** Moves a player from one device to another, with a code that is shown here and typed there. */
export function setUpTransfer(oauth) {
  setUpShowing(oauth);
  setUpEntering(oauth);
}

function setUpShowing(oauth) {
  const [shown, code, show, copy, said] = ["code-shown", "code", "show-code", "copy-code", "code-said"].map(
    element,
  );
  const forget = () => {
    shown.hidden = copy.hidden = true;
    code.textContent = said.textContent = "";
  };
  show.onclick = () =>
    press(show, element("account-problem"), async () => {
      const made = await oauth.transferCode();
      code.textContent = made.code;
      element("code-lasts").textContent =
        `Serves once, until ${dateOf(made.expiresAt, "short")}. Whoever has it plays as you.`;
      shown.hidden = copy.hidden = false;
      said.textContent = "";
    });
  copy.onclick = async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      said.textContent = "Copied.";
    } catch {
      getSelection().selectAllChildren(code);
      said.textContent = "The browser does not let it be copied. It is selected now.";
    }
  };
  element("account").addEventListener("close", forget);
}

function setUpEntering(oauth) {
  const [dialog, input, problem] = ["code-dialog", "code-input", "code-problem"].map(element);
  const open = () => {
    input.value = problem.textContent = "";
    dialog.showModal();
  };
  element("enter-code").onclick = open;
  element("enter-code-here").onclick = open;
  element("code-cancel").onclick = () => dialog.close();
  element("code-form").onsubmit = (event) => {
    event.preventDefault();
    void press(event.submitter, problem, () => enter(oauth, input.value, dialog));
  };
}

async function enter(oauth, code, dialog) {
  try {
    const { name } = await oauth.loginWithTransferCode(code);
    dialog.close();
    tell(`Welcome back, ${name}.`);
  } catch (error) {
    if (error.code === "invalid_grant")
      throw new Error("That code is wrong, too old, or has served already.");
    if (!error.conflict) throw error;
    dialog.close();
    // So that who is kept comes back here as a guest too. Where the key of this game is somebody else's, it stays theirs.
    askWhoGoesOn(oauth, error.conflict, () => oauth.link("guest").catch(() => {}));
  }
}
