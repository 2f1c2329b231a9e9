import { posix, win32 } from "node:path";

/** What the folder depends on: `process.platform`, `process.env`, `os.homedir`. */
export interface Host {
  platform: string;
  env: Record<string, string | undefined>;
  /** Read only when it is needed: an account of a service has none. */
  readonly home: string;
}

/** The platform's folder for a player's data: roaming on Windows, Application Support on macOS, XDG elsewhere. */
export function userDataFolder(host: Host, appName: string, appAuthor: string): string {
  const { platform, env } = host;
  const [app, author] = [folderName(appName), folderName(appAuthor)];
  if (platform === "win32") {
    return win32.join(env.APPDATA || win32.join(host.home, "AppData", "Roaming"), author, app);
  }
  if (platform === "darwin") return posix.join(host.home, "Library", "Application Support", app);
  const xdg = env.XDG_DATA_HOME;
  // The XDG specification tells to ignore relative paths.
  return posix.join(xdg?.startsWith("/") ? xdg : posix.join(host.home, ".local", "share"), app);
}

function folderName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no file system wants them.
  return name.replace(/[<>:"/\\|?*\u0000-\u001f]|^\.+|[. ]+$/g, "_");
}
