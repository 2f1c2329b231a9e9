import { Elysia } from "elysia";
import type { SigningKeys } from "../keys";
import type { Client } from "../oauth/client";
import type { World } from "../stand-in";
import { tokenInfo, userInfo } from "./resources";
import { exchange } from "./token";
import type { TokenIssuer } from "./token-issuer";

/** Google's paths, as its own hosts have them. */
export const API_PATHS = {
  token: "/token",
  tokenInfo: "/tokeninfo",
  userinfo: "/oauth2/v3/userinfo",
  /** JWK Set. */
  certs: "/oauth2/v3/certs",
  /** PEM by key id, which google-auth-library reads outside of browsers. */
  pemCerts: "/oauth2/v1/certs",
} as const;

type Work = () => object | Promise<object>;

const CORS = { "access-control-allow-origin": "*" };
const PREFLIGHT = {
  ...CORS,
  "access-control-allow-methods": "GET, POST",
  "access-control-allow-headers": "authorization, content-type",
  "access-control-max-age": "3600",
};
const NO_STORE = { "cache-control": "no-store" };
const SIX_HOURS = { "cache-control": "public, max-age=21600, must-revalidate, no-transform" };

/** The endpoints that Google opens to programs, and to pages of every origin. */
export function googleApis(google: {
  client: Client;
  issuer: TokenIssuer;
  keys: SigningKeys;
  api: World["api"];
}) {
  const { client, issuer, keys, api } = google;
  const answer = async (work: Work, headers = NO_STORE) => {
    const response = await api(async () => Response.json(await work(), { headers }));
    for (const [name, value] of Object.entries(CORS)) response.headers.set(name, value);
    return response;
  };
  const apis = new Elysia()
    .post(API_PATHS.token, ({ request }) => answer(() => exchange(request, client, issuer)), {
      parse: "none",
    })
    .get(API_PATHS.tokenInfo, ({ request }) => answer(() => tokenInfo(request, issuer)))
    .post(API_PATHS.tokenInfo, ({ request }) => answer(() => tokenInfo(request, issuer)), { parse: "none" })
    .get(API_PATHS.userinfo, ({ request }) => answer(() => userInfo(request, issuer)))
    .get(API_PATHS.certs, () => answer(() => keys.jwkSet(), SIX_HOURS))
    .get(API_PATHS.pemCerts, () => answer(() => pemByKeyId(keys), SIX_HOURS));
  for (const path of Object.values(API_PATHS)) {
    apis.options(path, () => new Response(null, { status: 204, headers: PREFLIGHT }));
  }
  return apis;
}

async function pemByKeyId(keys: SigningKeys): Promise<object> {
  return Object.fromEntries((await keys.published()).map(({ kid, pem }) => [kid, pem]));
}
