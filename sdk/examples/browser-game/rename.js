import { element, press } from "./page.js";

export function setUpRename(oauth) {
  const [dialog, name, problem] = ["rename-dialog", "new-name", "rename-problem"].map(element);
  element("rename").onclick = () => {
    name.value = oauth.getUser()?.name ?? "";
    problem.textContent = "";
    dialog.showModal();
    name.select();
  };
  element("rename-cancel").onclick = () => dialog.close();
  element("rename-form").onsubmit = (event) => {
    event.preventDefault();
    void press(event.submitter, problem, async () => {
      await oauth.updateUsername(name.value);
      dialog.close();
    });
  };
}
