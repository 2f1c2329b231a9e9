import { element, make, makeButton } from "./page.js";

const SECONDS = 20;

let timer;

/** Says something for a while, with something to do about it: in the dialog that is open, else over the game. */
export function tell(text, action, onclick) {
  const notices = element("notices");
  const home = document.querySelector("main .bars");
  const dialog = [...document.querySelectorAll("dialog[open]")].at(-1);
  (dialog ?? home).append(notices);
  dialog?.addEventListener("close", () => home.append(notices), { once: true });
  const clear = () => notices.replaceChildren();
  clear();
  if (!text) return;
  const act =
    action &&
    makeButton(action, "", () => {
      clear();
      onclick();
    });
  const close = makeButton("×", "", clear);
  close.setAttribute("aria-label", "Close");
  close.className = "close";
  notices.append(make("div", { className: "bar notice" }, make("p", {}, text), ...(act ? [act] : []), close));
  clearTimeout(timer);
  const end = () => {
    if (notices.querySelector(":hover, :focus")) timer = setTimeout(end, SECONDS * 1000);
    else clear();
  };
  timer = setTimeout(end, SECONDS * 1000);
}
