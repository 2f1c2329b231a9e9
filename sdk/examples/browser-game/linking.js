import { tellLatestChange } from "./changes.js";
import { askWhoGoesOn } from "./conflict.js";
import { tell } from "./notice.js";
import { makeButton } from "./page.js";
import { explain } from "./problems.js";
import { loadProviders } from "./providers.js";

let tried;

/** One more way in, in a window of its own; how it goes is told by the status. */
export function link(oauth, provider, mode) {
  tried = provider;
  oauth.link(provider, { mode }).catch(() => {});
}

/** Buttons for the ways in that the player does not have yet. */
export async function makeLinkButtons(oauth) {
  const providers = await loadProviders(oauth);
  const has = oauth.getUser()?.providers ?? [];
  return providers
    .filter(({ id, page }) => page && !has.includes(id))
    .map(({ id, name }) => makeButton(`Add ${name}`, "", () => link(oauth, id)));
}

/** Tells how a link went, also one that left the page and came back. */
export function setUpLinking(oauth) {
  let before;
  oauth.on(
    "status",
    ({ state, link: now }) => {
      if (now?.state === "failed" && now.error !== before?.error) showFailure(oauth, now.error);
      if (before?.state === "in_progress" && state === "success" && !now) void tellLatestChange(oauth);
      before = now;
    },
    { immediate: true },
  );
}

function showFailure(oauth, error) {
  if (error.conflict) askWhoGoesOn(oauth, error.conflict);
  else if (error.code === "popup_blocked")
    tell(explain(error), "Open it on this page", () => link(oauth, tried, "redirect"));
  else tell(explain(error));
}
