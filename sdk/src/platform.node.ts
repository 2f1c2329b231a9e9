import { homedir } from "node:os";
import { signInOnLoopback } from "./login/loopback.ts";
import type { Platform } from "./platform.ts";
import { fileStorage } from "./storage/file.ts";
import { userDataFolder } from "./storage/user-data-folder.ts";

export const nodePlatform: Platform = {
  storage({ appName = "Robotouille", appAuthor = appName }) {
    const host = { platform: process.platform, env: process.env, home: homedir() };
    return fileStorage(userDataFolder(host, appName, appAuthor));
  },
  signIn: signInOnLoopback,
};
