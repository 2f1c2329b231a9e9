import { Elysia } from "elysia";
import { html } from "../../http/html";
import { SigningKeys } from "../keys";
import { readBody } from "../read-body";
import type { StandIn } from "../stand-in";
import { accountTokensBody, issueAccountTokens } from "./account-tokens";
import { authorize } from "./authorize";
import { API_PATHS, googleApis } from "./google-apis";
import { TokenIssuer } from "./token-issuer";

export type LocalGoogleOptions = {
  /** `iss` of id tokens. Default `https://accounts.google.com`. */
  issuer?: string;
  /** Audience of `POST /local/tokens` when the call names none. Default `local-client`. */
  clientId?: string;
  /** When given, the token endpoint demands it of `clientId`. Any other client is public. */
  clientSecret?: string;
};

/** Google's endpoints; `certs` is a JWK Set, `pemCerts` PEM by key id. */
export type GoogleUrls = Record<"auth" | keyof typeof API_PATHS, string>;

/** Google's path of the authorization page. */
const AUTH_PATH = "/o/oauth2/v2/auth";

/** Google's sign-in with Google's own shapes, at the root of the server. */
export const localGoogle: StandIn<LocalGoogleOptions, GoogleUrls> = {
  title: "Google",
  standsFor: "Google",
  mount: "",

  urls: (origin) => ({
    auth: origin + AUTH_PATH,
    token: origin + API_PATHS.token,
    tokenInfo: origin + API_PATHS.tokenInfo,
    userinfo: origin + API_PATHS.userinfo,
    certs: origin + API_PATHS.certs,
    pemCerts: origin + API_PATHS.pemCerts,
  }),

  about() {
    return html`<p>A game sends its player to <code>${AUTH_PATH}</code>; the player picks an account there.
<code>POST /local/tokens</code> answers <code>access_token</code>, <code>id_token</code> and <code>expires_in</code>.
Optional: <code>client_id</code>, <code>nonce</code>, <code>scope</code>, and the claims <code>sub</code>,
<code>email</code>, <code>email_verified</code>, <code>name</code>, <code>given_name</code>, <code>family_name</code>,
<code>picture</code>, which hold for these tokens alone; <code>null</code> leaves a claim out.</p>`;
  },

  create(world, options) {
    const { issuer: iss = "https://accounts.google.com", clientId = "local-client", clientSecret } = options;
    const keys = new SigningKeys("RS256");
    const issuer = new TokenIssuer({ clock: world.clock, issuer: iss, keys });
    const routes = new Elysia()
      .get(AUTH_PATH, ({ request }) => authorize(request, world, issuer))
      .post(AUTH_PATH, ({ request }) => authorize(request, world, issuer), { parse: "none" })
      .use(googleApis({ client: { id: clientId, secret: clientSecret }, issuer, keys, api: world.api }));
    return {
      routes,
      issueTokens: (body, origin) =>
        issueAccountTokens(readBody(accountTokensBody, body), { world, issuer, clientId, origin }),
      rotateKeys: () => keys.rotate(),
    };
  },
};
