import type { Config, GoogleConfig } from "../config/config";

/** Where stand-ins on this machine listen. */
export type StandInUrls = { urls: GoogleConfig["endpoints"] };

/** The configuration in which the stand-ins play the providers that nothing is set for. */
export function withStandIns(config: Config, { urls }: StandInUrls): Config {
  return { ...config, google: { ...config.google, local: false, endpoints: urls } };
}
