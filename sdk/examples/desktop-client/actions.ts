import { isCancel, log, note, select, text } from "@clack/prompts";
import { AccountError, type OAuthManager, type UserInfo } from "../../src/index.ts";
import type { History } from "./history.ts";

/** Up to the question's first line, and away with it: an aborted one stays on the screen. */
const CLEAR_QUESTION = "\x1b[7A\x1b[J";

/** Opens the browser and waits for the player, who can have it opened again, or give up. */
export async function logIn(oauth: OAuthManager, history: History): Promise<void> {
  const giveUp = new AbortController();
  const done = new AbortController();
  let asking = true;
  const off = oauth.on("status", (status) => {
    if (status.state === "in_progress") return;
    off();
    done.abort();
    process.stdout.write(asking ? CLEAR_QUESTION : "");
    if (status.state === "success") log.success(`Welcome, ${status.user.name}`);
    if (status.state === "failed") log.error(`${status.error.code}: ${status.error.message}`);
  });
  const options = {
    onSuccess: (user: UserInfo) => history.add(`onSuccess: ${user.name}`),
    onLogout: () => history.add("onLogout"),
    signal: giveUp.signal,
  };
  oauth.login(options);
  while (!done.signal.aborted) {
    asking = true;
    const choice = await select({
      message: "Sign in, in the browser",
      options: [
        { value: "again", label: "Open it again" },
        { value: "address", label: "Show me the address" },
        { value: "stop", label: "Give up" },
      ],
      signal: done.signal,
    });
    if (done.signal.aborted) return;
    asking = false;
    const status = oauth.getLoginStatus();
    if (choice === "again") oauth.login(options);
    else if (choice === "address" && status.state === "in_progress") log.message(status.url);
    else {
      giveUp.abort();
      await finished(done.signal);
    }
  }
}

/** The guest of this computer, the same at every start. */
export async function playAsGuest(oauth: OAuthManager): Promise<void> {
  try {
    const user = await oauth.loginAsGuest();
    log.success(`Welcome, ${user.name}`);
  } catch (error) {
    const { code, message } = error as AccountError;
    log.error(`${code}: ${message}`);
  }
}

export async function showStatus(oauth: OAuthManager): Promise<void> {
  const status = oauth.getLoginStatus();
  log.info(status.state === "failed" ? `failed: ${status.error.code}` : status.state);
}

export async function showUser(oauth: OAuthManager): Promise<void> {
  const lines = Object.entries(oauth.getUser() ?? {}).map(
    ([name, value]) => `${name.padEnd(8)} ${value ?? "–"}`,
  );
  note(lines.join("\n"), "User");
}

export async function rename(oauth: OAuthManager): Promise<void> {
  const name = await text({ message: "New name", initialValue: oauth.getUser()?.name ?? "" });
  if (isCancel(name)) return;
  await tell(async () => `You are now ${(await oauth.updateUsername(name)).name}`);
}

export async function logOut(oauth: OAuthManager): Promise<void> {
  await tell(async () => {
    await oauth.logout();
    return "Signed out";
  });
}

export async function callbackHistory(_oauth: OAuthManager, history: History): Promise<void> {
  note(history.entries.join("\n") || "No callback so far.", "Callback history");
}

export async function forceRefresh(oauth: OAuthManager): Promise<void> {
  await tell(async () => `Refreshed; ${(await oauth.refreshTokens()).name} is up to date`);
}

async function tell(work: () => Promise<string>): Promise<void> {
  try {
    log.success(await work());
  } catch (error) {
    if (!(error instanceof AccountError)) throw error;
    log.error(`${error.code}${error.reason ? ` (${error.reason})` : ""}: ${error.message}`);
  }
}

function finished(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve());
  });
}
