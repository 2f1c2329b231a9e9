import { spawn } from "node:child_process";
import { AccountError } from "../errors.ts";

/**
 * Opens `url` in the player's browser: with the `BROWSER` command (`%s` stands for the URL) or the platform's own.
 *
 * @throws AccountError `browser_not_opened`, also later, while `signal` is not aborted, when the command fails.
 */
export function openBrowser(url: string, signal: AbortSignal): Promise<never> {
  const [command = "", ...args] = browserCommand(url);
  return new Promise((_, reject) => {
    const fail = (cause?: unknown) =>
      reject(new AccountError("browser_not_opened", "The browser could not be opened.", { cause }));
    // The URL is one argument, never a shell's text.
    const child = spawn(command, args, { stdio: "ignore", detached: process.platform !== "win32" });
    child.once("error", fail);
    child.once("exit", (status) => {
      if (status && !signal.aborted) fail();
    });
    child.unref();
  });
}

function browserCommand(url: string): string[] {
  const browser = process.env.BROWSER?.trim();
  if (browser) {
    const words = browser.split(/\s+/);
    return browser.includes("%s") ? words.map((word) => word.replaceAll("%s", url)) : [...words, url];
  }
  if (process.platform === "darwin") return ["open", url];
  if (process.platform === "win32") return ["rundll32", "url.dll,FileProtocolHandler", url];
  return ["xdg-open", url];
}
