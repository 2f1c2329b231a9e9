import { tellLatestChange } from "./changes.js";
import { dateOf } from "./format.js";
import { element, make, makeButton, press, showAvatar } from "./page.js";

/**
 * Shows both chefs side by side and lets the player choose who goes on, or that nothing happens.
 *
 * @param resolved what is still to do then
 */
export function askWhoGoesOn(oauth, conflict, resolved = async () => {}) {
  const dialog = element("conflict");
  const problem = element("conflict-problem");
  problem.textContent = "";
  const makeChoice = (side, title) => {
    const chef = conflict[side];
    const keep = makeButton("Keep this chef", `Keep this chef: ${chef.name}`, () =>
      press(keep, problem, async () => {
        await oauth.resolveConflict(conflict, side);
        await resolved();
        dialog.close();
        await tellLatestChange(oauth);
      }),
    );
    keep.className = "primary";
    return makeCard(title, chef, keep);
  };
  element("pair").replaceChildren(makeChoice("mine", "Playing now"), makeChoice("theirs", "The other one"));
  element("conflict-later").onclick = () => dialog.close();
  dialog.showModal();
}

function makeCard(title, chef, keep) {
  const { name, level, stars, guest, createdAt } = chef;
  const avatar = make("span", { className: "avatar", ariaHidden: "true" });
  showAvatar(avatar, chef);
  const facts = [`Level ${level}`, `★ ${stars}`, `Since ${dateOf(createdAt)}`, ...(guest ? ["Guest"] : [])];
  const list = make("ul", {}, ...facts.map((fact) => make("li", {}, fact)));
  return make(
    "section",
    { className: "chef" },
    make("small", {}, title),
    avatar,
    make("h3", {}, name),
    list,
    keep,
  );
}
