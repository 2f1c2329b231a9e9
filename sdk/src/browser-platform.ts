import { preparePkce } from "./pkce.ts";
import type { Platform } from "./platform.ts";
import { appLinkSignIn, signInWithAppLink } from "./sign-in/app-link.ts";
import { requireSuitablePage } from "./sign-in/page-requirements.ts";
import { resumePopups, signInWithPopup } from "./sign-in/popup.ts";
import { returningSignIn, signInWithRedirect } from "./sign-in/redirect.ts";
import { browserStorage } from "./storage/browser.ts";

/** Those that are in disguise first. */
const BROWSERS = ["Edg", "OPR", "Firefox", "Chrome", "Safari"];
const FULL_NAMES: Record<string, string> = { Edg: "Edge", OPR: "Opera" };
const SYSTEMS = /Windows|Android|iPhone|iPad|CrOS|Mac|Linux/;

/** The platform of the package's browser entry; `#platform` in package.json chooses it. */
export const defaultPlatform: Platform = {
  device() {
    const { userAgent = "" } = globalThis.navigator ?? {};
    const browser = BROWSERS.find((token) => userAgent.includes(token)) ?? "Browser";
    const name = FULL_NAMES[browser] ?? browser;
    const [system] = userAgent.match(SYSTEMS) ?? [];
    return system ? `${name} on ${system}` : name;
  },
  storage: browserStorage,
  // Without an await before it, so that the popup opens in the click.
  async signIn(attempt) {
    if (attempt.options.openUrl) return signInWithAppLink(attempt);
    requireSuitablePage(attempt);
    return (attempt.mode === "popup" ? signInWithPopup : signInWithRedirect)(attempt);
  },
  returning: returningSignIn,
  returningByLink: appLinkSignIn,
  resume(backendUrl, finish) {
    if (!globalThis.document) return () => {};
    void preparePkce();
    return resumePopups(backendUrl, finish);
  },
  watch(awake, online) {
    if (!globalThis.document) return undefined;
    const stopped = new AbortController();
    const { signal } = stopped;
    const visible = () => {
      if (!document.hidden) awake();
    };
    document.addEventListener("visibilitychange", visible, { signal });
    addEventListener("online", online, { signal });
    return () => stopped.abort();
  },
};
