import { AccountError, cancelled } from "./errors.ts";
import { loadOnDemand } from "./load-on-demand.ts";
import { preparePkce } from "./pkce.ts";
import type { Platform } from "./platform.ts";
import { completeWithAnswer, createAuthorizationRequest } from "./sign-in/authorization.ts";
import { canShowPage, redirectUriOf } from "./sign-in/page-requirements.ts";
import type { PageTools } from "./sign-in/page-tools.ts";
import { resumePopups, signInWithPopup } from "./sign-in/popup.ts";
import { returningSignIn } from "./sign-in/redirect-return.ts";
import { browserStorage } from "./storage/browser.ts";

/** Those that are in disguise first. */
const BROWSERS = ["Edg", "OPR", "Firefox", "Chrome", "Safari"];
const SYSTEMS = /Windows|Android|iPhone|iPad|CrOS|Mac|Linux/;

const tools: PageTools = {
  AccountError,
  cancelled,
  completeWithAnswer,
  createAuthorizationRequest,
  redirectUriOf,
};

/** The platform of the package's browser entry; `#platform` in package.json chooses it. */
export const defaultPlatform: Platform = {
  device() {
    const { userAgent = "" } = globalThis.navigator ?? {};
    const browser = BROWSERS.find((token) => userAgent.includes(token)) ?? "Browser";
    const name = browser.replace("Edg", "Edge").replace("OPR", "Opera");
    const [system] = userAgent.match(SYSTEMS) ?? [];
    return system ? `${name} on ${system}` : name;
  },
  storage: browserStorage,
  // Without an await before it, so that the popup opens in the click.
  async signIn(attempt) {
    if (attempt.options.openUrl) return (await loadOnDemand()).signInWithAppLink(tools, attempt);
    const isSuitable = canShowPage();
    let blocked: AccountError | undefined;
    if (isSuitable && attempt.mode !== "redirect") {
      const isClick = navigator.userActivation?.isActive;
      try {
        return await signInWithPopup(attempt);
      } catch (error) {
        if (!isClick || (error as AccountError).code !== "popup_blocked") throw error;
        blocked = error as AccountError;
      }
    }
    return (await loadOnDemand()).signInWithoutPopup(tools, attempt, isSuitable, blocked);
  },
  returning: returningSignIn,
  returningByLink: async (...given) => (await loadOnDemand()).appLinkSignIn(tools, ...given),
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
