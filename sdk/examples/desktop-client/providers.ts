import { isCancel, select } from "@clack/prompts";
import type { OAuthManager, Provider } from "../../src/index.ts";
import { explain } from "./tell.ts";

/** The provider that the player chooses among those that `suit`; undefined when they think better of it. */
export async function askProvider(
  oauth: OAuthManager,
  message: string,
  suit: (provider: Provider) => boolean,
): Promise<string | undefined> {
  try {
    const providers = (await oauth.providers()).filter(suit);
    const options = providers.map(({ id, name }) => ({ value: id, label: name }));
    const chosen = await select<string>({ message, options });
    return isCancel(chosen) ? undefined : chosen;
  } catch (error) {
    explain(error);
    return undefined;
  }
}
