import type { AppleConfig, Config, GoogleConfig } from "../config/config";

/** Where stand-ins on this machine listen. */
export type StandInUrls = {
  endpoints: {
    google: GoogleConfig["endpoints"];
    openid: { issuer: string };
    apple: Pick<AppleConfig, "url">;
  };
};

/** The configuration in which the stand-ins play the providers that nothing is set for. */
export function withStandIns(config: Config, { endpoints }: StandInUrls): Config {
  const { google, openid, apple } = config;
  const issuers = openid.issuers.map((issuer) => ({ ...issuer, ...endpoints.openid }));
  return {
    ...config,
    google: { ...google, local: false, endpoints: endpoints.google },
    openid: openid.local ? { local: false, issuers } : openid,
    apple: apple?.local ? { ...apple, ...endpoints.apple, local: false } : apple,
  };
}
