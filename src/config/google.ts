import type { Problems } from "./problems";
import type { Settings } from "./settings";

export type GoogleEndpoints = Readonly<{
  auth: string;
  token: string;
  tokenInfo: string;
  userinfo: string;
  certs: string;
}>;

export type GoogleConfig = Readonly<{
  /** True in development when no client id is set: the stand-in on loopback plays Google. */
  local: boolean;
  /** Every client id whose tokens are ours: the first is the one this server signs in with. */
  clientIds: readonly string[];
  clientSecret: string;
  endpoints: GoogleEndpoints;
  /** Redirects accepted beside loopback: full URIs, matched exactly, or origins for any page of theirs. */
  redirectUris: readonly string[];
}>;

const EXAMPLES = new Set(["your-google-client-id", "your-google-client-secret"]);

export const LOCAL_CLIENT_ID = "local-game.apps.localhost";

export function googleSection(settings: Settings, production: boolean, problems: Problems): GoogleConfig {
  const additional = settings["oauth.additional_client_ids"];
  const redirectUris = settings["oauth.redirect_uris"];
  const endpoints: GoogleEndpoints = {
    auth: settings.GOOGLE_AUTH_URL,
    token: settings.GOOGLE_TOKEN_URL,
    tokenInfo: settings.GOOGLE_TOKEN_INFO_URL,
    userinfo: settings.GOOGLE_USERINFO_URL,
    certs: settings.GOOGLE_CERTS_URL,
  };
  const configured = settings.GOOGLE_CLIENT_ID !== undefined || settings.GOOGLE_CLIENT_SECRET !== undefined;
  if (!configured && !production) {
    return {
      local: true,
      clientIds: [LOCAL_CLIENT_ID, ...additional],
      clientSecret: "local-game-secret",
      endpoints,
      redirectUris,
    };
  }
  for (const name of ["GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"] as const) {
    const value = settings[name];
    if (!value) problems.add(`${name}: missing`);
    else if (EXAMPLES.has(value)) problems.add(`${name}: is the example value`);
  }
  if (production)
    for (const [name, url] of Object.entries(endpoints)) problems.addIfLoopback(`Google's ${name} URL`, url);
  return {
    local: false,
    clientIds: [settings.GOOGLE_CLIENT_ID ?? "", ...additional],
    clientSecret: settings.GOOGLE_CLIENT_SECRET ?? "",
    endpoints,
    redirectUris,
  };
}
