import { isCancel, log, select } from "@clack/prompts";
import type { AccountChange, OAuthManager } from "../../src/index.ts";
import { settle } from "./conflict.ts";
import type { History } from "./history.ts";
import { whileInBrowser } from "./page.ts";
import { askProvider } from "./providers.ts";
import { tell } from "./tell.ts";

/** One more way in for the player, also one that signs nobody in; what is another player's is a question. */
export async function link(oauth: OAuthManager, _history: History): Promise<void> {
  const provider = await askProvider(oauth, "Link", ({ page }) => page);
  if (!provider) return;
  const begin = (signal: AbortSignal) => oauth.link(provider, { signal });
  await tell(() =>
    settle(oauth, async () => {
      const { providers } = await whileInBrowser(oauth, "Link it, in the browser", begin);
      return `Your ways in are ${providers.join(", ")}`;
    }),
  );
}

/** Lists the ways in, and takes one away. */
export async function waysIn(oauth: OAuthManager): Promise<void> {
  await tell(async () => {
    const identities = await oauth.identities();
    const chosen = await select<string>({
      message: "Your ways in",
      options: [
        ...identities.map(({ provider, name, linkedAt }) => ({
          value: provider,
          label: `Unlink ${provider}`,
          hint: `${name ? `${name}, ` : ""}since ${linkedAt.toLocaleString()}`,
        })),
        { value: "", label: "Back" },
      ],
    });
    if (isCancel(chosen) || !chosen) return "Nothing changed";
    const { providers } = await oauth.unlink(chosen);
    return `Left are ${providers.join(", ")}`;
  });
}

/** Lists what happened to the ways in, and takes one of it back. */
export async function undo(oauth: OAuthManager): Promise<void> {
  await tell(async () => {
    const changes = await oauth.changes();
    if (changes.length === 0) return "Nothing happened within 30 days";
    for (const change of changes.filter(({ undoneAt }) => undoneAt))
      log.message(`Taken back: ${said(change)}`);
    const chosen = await select<string>({
      message: "Take back",
      options: [
        ...changes
          .filter(({ undoneAt }) => !undoneAt)
          .map((change) => ({
            value: change.id,
            label: said(change),
            hint: `until ${change.undoUntil.toLocaleDateString()}`,
          })),
        { value: "", label: "Nothing" },
      ],
    });
    if (isCancel(chosen) || !chosen) return "Nothing changed";
    return `Taken back; you are ${(await oauth.undo(chosen)).name}`;
  });
}

function said({ kind, providers, userId, createdAt }: AccountChange): string {
  const what = kind === "merge" ? `merge with player ${userId}` : `${kind} of ${providers.join(", ")}`;
  return `${what}, ${createdAt.toLocaleString()}`;
}
