import { explain } from "./problems.js";

export const element = (id) => document.getElementById(id);

/** A new element with what is set on it and in it. */
export function make(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** A button that says `text`; `label` says more where the text alone is not enough, and has to contain it. */
export function makeButton(text, label, onclick) {
  const button = make("button", { type: "button", onclick }, text);
  if (label) button.setAttribute("aria-label", label);
  return button;
}

/** Puts rows into a list. The focus stays at the list when its row is gone. */
export function fill(list, rows) {
  const hadFocus = list.contains(document.activeElement);
  list.replaceChildren(...rows);
  if (hadFocus) list.focus();
}

/** A row of a list: what it is, what is known of it, and a button. */
export function makeRow(title, details, button) {
  const text = make("div", {}, make("strong", {}, title), make("small", {}, details));
  return make("li", {}, text, ...(button ? [button] : []));
}

/** Does what a press asks for. Another press waits for it, and `problem` tells of a failure. */
export async function press(button, problem, action) {
  if (button.ariaBusy) return;
  button.ariaBusy = "true";
  problem.textContent = "";
  try {
    await action();
  } catch (error) {
    problem.textContent = explain(error);
  } finally {
    button.ariaBusy = null;
  }
}

/** A chef's picture, or the first letter of their name. */
export function showAvatar(holder, { name, picture }) {
  holder.replaceChildren([...name][0].toUpperCase());
  if (!picture?.startsWith("http")) return;
  const image = new Image();
  image.alt = "";
  image.onload = () => holder.replaceChildren(image);
  image.src = picture;
}
