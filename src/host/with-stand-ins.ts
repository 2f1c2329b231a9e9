import type { Config, GoogleConfig, SteamConfig } from "../config/config";

/** Where stand-ins on this machine listen. */
export type StandInUrls = {
  urls: GoogleConfig["endpoints"];
  endpoints: { steam: SteamConfig["endpoints"] };
};

/** The configuration in which the stand-ins play the providers that nothing is set for. */
export function withStandIns(config: Config, { urls, endpoints }: StandInUrls): Config {
  const { google, steam } = config;
  return {
    ...config,
    google: { ...google, local: false, endpoints: urls },
    steam: steam?.local ? { ...steam, local: false, endpoints: endpoints.steam } : steam,
  };
}
