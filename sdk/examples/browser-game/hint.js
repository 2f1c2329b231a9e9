import { makeLinkButtons } from "./linking.js";
import { element } from "./page.js";

const SOUPS = 2;

/** A quiet word to guests who have something to lose. */
export function createHint(oauth) {
  const hint = element("hint");
  let isDue = false;
  let isRefused = false;
  const show = async () => {
    const buttons = await makeLinkButtons(oauth);
    const { stars = 0 } = oauth.getUser() ?? {};
    element("hint-text").textContent = `Keep your ${stars ? "stars" : "kitchen"} on every device`;
    element("hint-buttons").replaceChildren(...buttons);
    hint.hidden = !isDue || !buttons.length;
  };
  element("hint-close").onclick = () => {
    isRefused = true;
    element("game").focus();
  };
  return {
    /** To be called in every turn. */
    update(served) {
      const { guest, stars } = oauth.getUser() ?? {};
      const isDueNow = Boolean(guest && (stars || served >= SOUPS)) && !isRefused;
      if (isDueNow === isDue) return;
      isDue = isDueNow;
      hint.hidden = true;
      if (isDue) show().catch(() => {});
    },
  };
}
