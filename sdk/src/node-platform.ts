import { homedir, hostname } from "node:os";
import { isText } from "./check-options.ts";
import type { AccountError } from "./errors.ts";
import type { Platform } from "./platform.ts";
import { signInOnLoopback } from "./sign-in/loopback.ts";
import { whyNoBrowser } from "./sign-in/why-no-browser.ts";
import { fileStorage } from "./storage/file.ts";
import { userDataFolder } from "./storage/user-data-folder.ts";

const SYSTEMS: Partial<Record<NodeJS.Platform, string>> = { darwin: "Mac", linux: "Linux", win32: "Windows" };

/** The platform of the package's Node entry; `#platform` in package.json chooses it. */
export const defaultPlatform: Platform = {
  device() {
    const [name = ""] = hostname().split(".");
    return `${SYSTEMS[process.platform] ?? process.platform} ${name}`.trim();
  },
  optionRules: [
    [["port"], "from 0 to 65535", (port: number) => Number.isInteger(port) && port >= 0 && port < 65_536],
    [["appName", "appAuthor", "clientId"], "a text", isText],
  ],
  storage({ appName = "Robotouille", appAuthor = appName }) {
    // Asked for when it is used: an account without a home folder plays, with the session in memory.
    const host = {
      platform: process.platform,
      env: process.env,
      get home() {
        return homedir();
      },
    };
    return fileStorage(() => userDataFolder(host, appName, appAuthor));
  },
  async signIn(attempt) {
    const { mode, byCode, options } = attempt;
    const failure = mode || options.openUrl ? undefined : whyNoBrowser(process);
    if (failure && byCode) {
      try {
        return await byCode(failure);
      } catch (error) {
        if ((error as AccountError).code !== "code_unavailable") throw error;
      }
    }
    return signInOnLoopback(attempt);
  },
};
