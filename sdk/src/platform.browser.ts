import { signInWithPopup } from "./login/popup.ts";
import { returningSignIn, signInWithRedirect } from "./login/redirect.ts";
import type { Platform } from "./platform.ts";
import { browserStorage } from "./storage/browser.ts";

export const browserPlatform: Platform = {
  storage: browserStorage,
  signIn: (attempt) => (attempt.mode === "popup" ? signInWithPopup : signInWithRedirect)(attempt),
  returning: returningSignIn,
  watch(awake, online) {
    if (!globalThis.document) return undefined;
    const over = new AbortController();
    const { signal } = over;
    const visible = () => {
      if (!document.hidden) awake();
    };
    document.addEventListener("visibilitychange", visible, { signal });
    addEventListener("online", online, { signal });
    return () => over.abort();
  },
};
