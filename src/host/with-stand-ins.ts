import type {
  AppleConfig,
  Config,
  DiscordConfig,
  GoogleConfig,
  GooglePlayConfig,
  SteamConfig,
} from "../config/config";

/** Where stand-ins on this machine listen. */
export type StandInUrls = {
  endpoints: {
    google: GoogleConfig["endpoints"];
    steam: SteamConfig["endpoints"];
    google_play: Pick<GooglePlayConfig, "tokenUrl" | "url">;
    discord: Pick<DiscordConfig, "url">;
    openid: { issuer: string };
    apple: Pick<AppleConfig, "url">;
  };
};

/** The configuration in which the stand-ins play the providers that nothing is set for. */
export function withStandIns(config: Config, { endpoints }: StandInUrls): Config {
  const { google, steam, googlePlay, discord, openid, apple } = config;
  const issuers = openid.issuers.map((issuer) => ({ ...issuer, ...endpoints.openid }));
  return {
    ...config,
    google: { ...google, local: false, endpoints: endpoints.google },
    steam: steam?.local ? { ...steam, local: false, endpoints: endpoints.steam } : steam,
    googlePlay: googlePlay?.local ? { ...googlePlay, ...endpoints.google_play, local: false } : googlePlay,
    discord: discord?.local ? { ...discord, ...endpoints.discord, local: false } : discord,
    openid: openid.local ? { local: false, issuers } : openid,
    apple: apple?.local ? { ...apple, ...endpoints.apple, local: false } : apple,
  };
}
