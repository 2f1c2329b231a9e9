import type { Platform } from "./platform.ts";
import { signInWithPopup } from "./sign-in/popup.ts";
import { returningSignIn, signInWithRedirect } from "./sign-in/redirect.ts";
import { browserStorage } from "./storage/browser.ts";

/** The platform of the package's browser entry; `#platform` in package.json chooses it. */
export const defaultPlatform: Platform = {
  storage: browserStorage,
  signIn: (attempt) => (attempt.mode === "popup" ? signInWithPopup : signInWithRedirect)(attempt),
  returning: returningSignIn,
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
