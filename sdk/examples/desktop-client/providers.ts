import { isCancel, select, text } from "@clack/prompts";

/** Those with a page to sign in at; which of them there are is the account server's to say. */
export const PROVIDERS = { google: "Google", discord: "Discord", apple: "Apple" };

/** The provider that the player chooses; undefined when they think better of it. */
export async function askProvider(
  message: string,
  providers: Record<string, string>,
): Promise<string | undefined> {
  const chosen = await select<string>({
    message,
    options: [
      ...Object.entries(providers).map(([value, label]) => ({ value, label })),
      { value: "", label: "Another", hint: "as the account server calls it" },
    ],
  });
  const provider = chosen || (await text({ message: "Its name", placeholder: "studio-id" }));
  return isCancel(provider) || !provider ? undefined : provider;
}
