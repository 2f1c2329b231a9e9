import { type ClientCredentials, clientCredentials } from "./client-credentials";
import type { GoogleConfig } from "./google";
import type { Problems } from "./problems";
import type { Settings } from "./settings";

export type DiscordConfig = Readonly<
  ClientCredentials & {
    /** True in development when nothing is set, of Google neither: the stand-in on loopback plays Discord. */
    local: boolean;
    /** Where Discord is, without a slash at its end. */
    url: string;
  }
>;

const LOCAL_CREDENTIALS = { clientId: "100000000000000000", clientSecret: "local-discord-secret" };

/** @returns null when players cannot sign in with Discord */
export function discordSection(
  settings: Settings,
  google: GoogleConfig,
  production: boolean,
  problems: Problems,
): DiscordConfig | null {
  const { DISCORD_CLIENT_ID, DISCORD_CLIENT_SECRET, DISCORD_URL: url } = settings;
  const credentials = clientCredentials({ DISCORD_CLIENT_ID, DISCORD_CLIENT_SECRET }, problems);
  if (!credentials) return google.local ? { local: true, ...LOCAL_CREDENTIALS, url } : null;
  if (production) problems.addIfLoopback("DISCORD_URL", url);
  return { local: false, ...credentials, url };
}
