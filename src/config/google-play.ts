import { type ClientCredentials, clientCredentials } from "./client-credentials";
import type { GoogleConfig } from "./google";
import type { Problems } from "./problems";
import type { Settings } from "./settings";

export type GooglePlayConfig = Readonly<
  ClientCredentials & {
    /** True in development when nothing is set, of Google neither: the stand-in on loopback plays Play Games. */
    local: boolean;
    /** Google's token endpoint. */
    tokenUrl: string;
    /** Where the API of Play Games is, without a slash at its end. */
    url: string;
  }
>;

const LOCAL_CREDENTIALS = {
  clientId: "local-game-server.apps.localhost",
  clientSecret: "local-game-server-secret",
};

/** @returns null when players cannot sign in with Play Games */
export function googlePlaySection(
  settings: Settings,
  google: GoogleConfig,
  production: boolean,
  problems: Problems,
): GooglePlayConfig | null {
  const { GOOGLE_PLAY_CLIENT_ID, GOOGLE_PLAY_CLIENT_SECRET, GOOGLE_PLAY_URL: url } = settings;
  const addresses = { tokenUrl: google.endpoints.token, url };
  const credentials = clientCredentials({ GOOGLE_PLAY_CLIENT_ID, GOOGLE_PLAY_CLIENT_SECRET }, problems);
  if (!credentials) return google.local ? { local: true, ...LOCAL_CREDENTIALS, ...addresses } : null;
  if (production) problems.addIfLoopback("GOOGLE_PLAY_URL", url);
  return { local: false, ...credentials, ...addresses };
}
