import { homedir } from "node:os";
import type { Platform } from "./platform.ts";
import { signInOnLoopback } from "./sign-in/loopback.ts";
import { fileStorage } from "./storage/file.ts";
import { userDataFolder } from "./storage/user-data-folder.ts";

/** The platform of the package's Node entry; `#platform` in package.json chooses it. */
export const defaultPlatform: Platform = {
  storage({ appName = "Robotouille", appAuthor = appName }) {
    const host = { platform: process.platform, env: process.env, home: homedir() };
    return fileStorage(userDataFolder(host, appName, appAuthor));
  },
  signIn: signInOnLoopback,
};
