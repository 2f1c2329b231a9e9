import { isCancel, select, text } from "@clack/prompts";
import type { OAuthManager } from "../../src/index.ts";
import { settle } from "./conflict.ts";
import { tell } from "./tell.ts";

const EVERYWHERE = "everywhere";

/** Lists the signed-in devices, and signs one or all out. */
export async function devices(oauth: OAuthManager): Promise<void> {
  await tell(async () => {
    const sessions = await oauth.sessions();
    const chosen = await select<string>({
      message: "Your devices",
      options: [
        ...sessions.map(({ id, device, lastUsedAt, current }) => ({
          value: id,
          label: `Sign out ${device ?? "an unnamed one"}`,
          hint: current ? "this one" : `used ${lastUsedAt.toLocaleString()}`,
        })),
        { value: EVERYWHERE, label: "Sign out everywhere" },
        { value: "", label: "Back" },
      ],
    });
    if (isCancel(chosen) || !chosen) return "Nothing changed";
    await (chosen === EVERYWHERE ? oauth.signOutEverywhere() : oauth.signOutDevice(chosen));
    return "Signed out";
  });
}

/** A code for a new device. */
export async function makeTransferCode(oauth: OAuthManager): Promise<void> {
  await tell(async () => {
    const { code, expiresAt } = await oauth.transferCode();
    return `Enter ${code} on the other device: once, until ${expiresAt.toLocaleString()}`;
  });
}

/** Goes on as the player of another device. */
export async function enterTransferCode(oauth: OAuthManager): Promise<void> {
  const code = await text({ message: "The code of the other device", placeholder: "XXXX-XXXX-XXXX" });
  if (isCancel(code)) return;
  await tell(() => settle(oauth, async () => `Welcome, ${(await oauth.loginWithTransferCode(code)).name}`));
}
