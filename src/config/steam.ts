import type { GoogleConfig } from "./google";
import type { Problems } from "./problems";
import type { Settings } from "./settings";

/** Without a slash at the end. */
export type SteamEndpoints = Readonly<{
  /** The Web API: `/ISteamUserAuth/…` comes after it. */
  api: string;
  /** The community's pages: `/openid/login` comes after it. */
  community: string;
}>;

export type SteamConfig = Readonly<{
  /** True in development when nothing is set: the stand-in on loopback plays Steam. */
  local: boolean;
  webApiKey: string;
  appId: number;
  /** What tickets are made for beside the app: the game passes it to `GetAuthTicketForWebApi`. */
  identity: string;
  requireOwnership: boolean;
  refuseVacBanned: boolean;
  refusePublisherBanned: boolean;
  endpoints: SteamEndpoints;
}>;

/** Spacewar, Valve's example, which every Steam account may run. */
const LOCAL_APP_ID = 480;
const LOCAL_WEB_API_KEY = "10CA110CA110CA110CA110CA110CA110";

/** @returns null where players do not sign in with Steam */
export function steamSection(
  settings: Settings,
  google: Pick<GoogleConfig, "local">,
  production: boolean,
  problems: Problems,
): SteamConfig | null {
  const { STEAM_WEB_API_KEY: webApiKey, "steam.app_id": appId } = settings;
  const isConfigured = webApiKey !== undefined || appId !== undefined;
  if (!isConfigured && !google.local) return null;
  if (isConfigured && webApiKey === undefined)
    problems.add("STEAM_WEB_API_KEY: missing (steam.app_id is set)");
  if (isConfigured && appId === undefined) problems.add("steam.app_id: missing (STEAM_WEB_API_KEY is set)");
  const endpoints: SteamEndpoints = {
    api: settings.STEAM_API_URL.replace(/\/+$/, ""),
    community: settings.STEAM_COMMUNITY_URL.replace(/\/+$/, ""),
  };
  if (production)
    for (const [name, url] of Object.entries(endpoints)) problems.addIfLoopback(`Steam's ${name} URL`, url);
  return {
    local: !isConfigured,
    webApiKey: webApiKey ?? LOCAL_WEB_API_KEY,
    appId: appId ?? LOCAL_APP_ID,
    identity: settings["steam.identity"],
    requireOwnership: settings["steam.require_ownership"],
    refuseVacBanned: settings["steam.refuse_vac_banned"],
    refusePublisherBanned: settings["steam.refuse_publisher_banned"],
    endpoints,
  };
}
