import type { ApiError } from "../errors";
import { refusal } from "./refusals";

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

/**
 * What the refusal of a code means where every status is the standard's.
 * @param setting to look at when the token endpoint refuses this server
 */
export function codeRefusal(
  provider: string,
  { status, body }: { status: number; body: Record<string, unknown> },
  setting: string,
): ApiError {
  const refused = clientRefusal(body, { clientId: setting, clientSecret: setting });
  if (refused) return refusal(provider, "unavailable", refused);
  if ([400, 401, 403].includes(status)) return refusal(provider, "token_invalid");
  return refusal(provider, "unavailable", { cause: `http_${status}` });
}
