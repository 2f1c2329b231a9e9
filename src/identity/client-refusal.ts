/** What a token endpoint says when it does not know this server (RFC 6749 §5.2): nothing a player could mend. */
const REFUSES_OUR_CLIENT = new Set(["invalid_client", "unauthorized_client"]);

/** Names of the settings that a provider knows this server by. */
export type ClientSettings = { clientId: string; clientSecret: string };

/**
 * Whether a token endpoint refuses this server, not the code that it was asked about.
 * @returns its error, and the setting to look at; null when it is something else
 */
export function clientRefusal(
  answer: Record<string, unknown>,
  settings: ClientSettings,
): { cause: string; setting: string } | null {
  const { error, error_description: description } = answer;
  if (typeof error !== "string" || !REFUSES_OUR_CLIENT.has(error)) return null;
  const isUnknown = /not found/i.test(String(description));
  return { cause: error, setting: isUnknown ? settings.clientId : settings.clientSecret };
}
