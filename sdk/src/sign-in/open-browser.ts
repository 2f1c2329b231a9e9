import { spawn } from "node:child_process";
import { delimiter } from "node:path";

/** A command that runs longer than this has opened something, whatever it says when it ends. */
const FAILS_WITHIN_MS = 5_000;

/**
 * Opens `url` in the player's browser: with the first of the `BROWSER` commands that works, or the platform's own.
 * Settles once it is known that none works; never, when one has opened the page and goes on running.
 *
 * @throws the last command's failure
 */
export async function openBrowser(url: string): Promise<void> {
  let failure: unknown;
  for (const command of browserCommands(url)) {
    try {
      return await run(command);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

function run([command = "", ...args]: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    // The URL is one argument, never a shell's text.
    const child = spawn(command, args, { stdio: "ignore", detached: process.platform !== "win32" });
    // The host's own error names every argument, and the URL is nobody else's.
    child.once("error", ({ code }: NodeJS.ErrnoException) => reject(new Error(`${command}: ${code}`)));
    child.once("exit", (status) => {
      const failed = status !== 0 && performance.now() - start < FAILS_WITHIN_MS;
      if (failed) reject(new Error(`${command} ended with status ${status}`));
      else resolve();
    });
    child.unref();
  });
}

/** `BROWSER` is a list, divided as PATH is; `%s` stands for the URL, which else comes last. */
function browserCommands(url: string): string[][] {
  const { BROWSER, WSL_DISTRO_NAME } = process.env;
  const given = (BROWSER ?? "")
    .split(delimiter)
    .map((entry) => entry.trim())
    .filter(Boolean);
  if (given.length > 0) {
    return given.map((entry) => {
      const words = entry.split(/\s+/);
      return entry.includes("%s") ? words.map((word) => word.replaceAll("%s", url)) : [...words, url];
    });
  }
  if (process.platform === "darwin") return [["open", url]];
  if (process.platform === "win32") return [["rundll32", "url.dll,FileProtocolHandler", url]];
  // Linux inside Windows has no browser of its own as a rule, and may start the one outside.
  const windows = WSL_DISTRO_NAME
    ? [
        ["wslview", url],
        ["rundll32.exe", "url.dll,FileProtocolHandler", url],
      ]
    : [];
  return [...windows, ["xdg-open", url]];
}
