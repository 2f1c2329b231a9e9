import type { Environment } from "./environment";
import { isLoopback } from "./fields";
import type { ConfigFile } from "./file";
import type { Problems } from "./problems";

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

const GOOGLE: GoogleEndpoints = {
  auth: "https://accounts.google.com/o/oauth2/v2/auth",
  token: "https://oauth2.googleapis.com/token",
  tokenInfo: "https://oauth2.googleapis.com/tokeninfo",
  userinfo: "https://openidconnect.googleapis.com/v1/userinfo",
  certs: "https://www.googleapis.com/oauth2/v3/certs",
};

const EXAMPLES = new Set(["your-google-client-id", "your-google-client-secret"]);

export const LOCAL_CLIENT_ID = "local-game.apps.localhost";

export function googleSection(
  env: Environment,
  file: ConfigFile,
  production: boolean,
  problems: Problems,
): GoogleConfig {
  const section = file.oauth ?? {};
  const additional = section.additional_client_ids ?? [];
  const endpoints: GoogleEndpoints = {
    auth: env.GOOGLE_AUTH_URL ?? section.google_auth_url ?? GOOGLE.auth,
    token: env.GOOGLE_TOKEN_URL ?? section.google_token_url ?? GOOGLE.token,
    tokenInfo: env.GOOGLE_TOKEN_INFO_URL ?? section.google_token_info_url ?? GOOGLE.tokenInfo,
    userinfo: env.GOOGLE_USERINFO_URL ?? section.google_userinfo_url ?? GOOGLE.userinfo,
    certs: env.GOOGLE_CERTS_URL ?? section.google_certs_url ?? GOOGLE.certs,
  };
  const redirectUris = section.redirect_uris ?? [];
  const configured = env.GOOGLE_CLIENT_ID !== undefined || env.GOOGLE_CLIENT_SECRET !== undefined;
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
    const value = env[name];
    if (!value) problems.add(`${name}: missing`);
    else if (EXAMPLES.has(value)) problems.add(`${name}: is the example value`);
  }
  if (production) refuseLoopback(endpoints, problems);
  return {
    local: false,
    clientIds: [env.GOOGLE_CLIENT_ID ?? "", ...additional],
    clientSecret: env.GOOGLE_CLIENT_SECRET ?? "",
    endpoints,
    redirectUris,
  };
}

function refuseLoopback(endpoints: GoogleEndpoints, problems: Problems): void {
  for (const [name, url] of Object.entries(endpoints)) {
    if (isLoopback(new URL(url))) {
      problems.add(`Google's ${name} URL: a stand-in on this machine is refused in production`);
    }
  }
}
