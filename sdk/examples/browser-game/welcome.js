import { element, makeButton } from "./page.js";
import { isIsolated, newSignal } from "./phone.js";
import { explain } from "./problems.js";
import { loadProviders } from "./providers.js";

/** The card before the game: play at once, or sign in. */
export function setUpWelcome(oauth) {
  let tried;
  const signIn = (provider, mode) => {
    tried = provider;
    oauth.login({ provider, mode, signal: newSignal() }).catch(() => {});
  };
  const show = (status) => {
    const signedIn = status.state === "success";
    const begins = signedIn && !element("welcome").hidden;
    element("welcome").hidden = signedIn;
    element("problem").textContent = status.state === "failed" ? explain(status.error) : "";
    element("redirect").hidden = status.error?.code !== "popup_blocked";
    if (begins) element("game").focus();
    if (!signedIn) void offer(oauth, signIn);
  };
  if (isIsolated) offerPhoneAlone();
  element("guest").onclick = () => oauth.loginAsGuest().catch(() => {});
  element("redirect").onclick = () => signIn(tried, "redirect");
  oauth.on("status", show);
  oauth.loadStoredCredentials().then(() => show(oauth.getLoginStatus()));
}

/** Nothing would be left of a guest here, and no page of a provider opens. */
function offerPhoneAlone() {
  for (const id of ["guest", "guest-text", "sign-in", "enter-code"]) element(id).hidden = true;
  element("phone").className = "primary wide";
}

async function offer(oauth, signIn) {
  if (isIsolated || element("sign-in-buttons").childElementCount) return;
  const providers = await loadProviders(oauth).catch(() => []);
  const pages = providers.filter(({ page, linksOnly }) => page && !linksOnly);
  if (providers.length) element("guest").hidden = !providers.some(({ id }) => id === "guest");
  element("guest-text").hidden = element("guest").hidden;
  element("sign-in").hidden = !pages.length;
  element("sign-in-buttons").replaceChildren(
    ...pages.map(({ id, name }) => makeButton(name, `Sign in with ${name}`, () => signIn(id))),
  );
}

/** Where a token would travel unencrypted, nobody can sign in. */
export function refuseInsecurePage() {
  element("welcome").hidden = false;
  for (const id of ["guest", "guest-text", "sign-in", "phone", "enter-code"]) element(id).hidden = true;
  element("problem").textContent = "Open this page over https or at localhost to play.";
}
