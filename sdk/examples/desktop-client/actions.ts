import { isCancel, log, note, text } from "@clack/prompts";
import type { OAuthManager, UserInfo } from "../../src/index.ts";
import type { History } from "./history.ts";
import { whileInBrowser } from "./page.ts";
import { askProvider } from "./providers.ts";
import { tell } from "./tell.ts";

/** Opens the browser and waits for the player. */
export async function logIn(oauth: OAuthManager, history: History): Promise<void> {
  const provider = await askProvider(oauth, "Sign in with", ({ page, linksOnly }) => page && !linksOnly);
  if (!provider) return;
  const options = {
    provider,
    onSuccess: (user: UserInfo) => history.add(`onSuccess: ${user.name}`),
    onLogout: () => history.add("onLogout"),
  };
  await tell(async () => {
    const begin = (signal: AbortSignal) => oauth.login({ ...options, signal });
    return `Welcome, ${(await whileInBrowser(oauth, "Sign in, in the browser", begin)).name}`;
  });
}

/** Shows a code, which the player confirms on another device. */
export async function logInByCode(oauth: OAuthManager, history: History): Promise<void> {
  await tell(async () => {
    const begin = (signal: AbortSignal) =>
      oauth.login({ mode: "code", signal, onLogout: () => history.add("onLogout") });
    return `Welcome, ${(await whileInBrowser(oauth, "One moment", begin)).name}`;
  });
}

/** The guest of this computer, the same at every start. */
export async function playAsGuest(oauth: OAuthManager): Promise<void> {
  await tell(async () => `Welcome, ${(await oauth.loginAsGuest()).name}`);
}

export async function showStatus(oauth: OAuthManager): Promise<void> {
  const status = oauth.getLoginStatus();
  log.info(status.state === "failed" ? `failed: ${status.error.code}` : status.state);
}

export async function showUser(oauth: OAuthManager): Promise<void> {
  const lines = Object.entries(oauth.getUser() ?? {}).map(
    ([name, value]) => `${name.padEnd(10)}${Array.isArray(value) ? value.join(", ") : (value ?? "–")}`,
  );
  note(lines.join("\n"), "User");
}

export async function rename(oauth: OAuthManager): Promise<void> {
  const name = await text({ message: "New name", initialValue: oauth.getUser()?.name ?? "" });
  if (isCancel(name)) return;
  await tell(async () => `You are now ${(await oauth.updateUsername(name)).name}`);
}

export async function changePicture(oauth: OAuthManager): Promise<void> {
  const picture = await text({
    message: "Picture",
    placeholder: "An https: address or an avatar's key; nothing for none",
    initialValue: oauth.getUser()?.picture ?? "",
  });
  if (isCancel(picture)) return;
  await tell(async () => `The picture is ${(await oauth.updatePicture(picture || null)).picture ?? "gone"}`);
}

/** What a game would send to its game server as the first message. */
export async function joinTicket(oauth: OAuthManager): Promise<void> {
  const server = await text({ message: "Game server", initialValue: "kitchen" });
  if (isCancel(server)) return;
  await tell(() => oauth.getJoinTicket(server));
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
