import { Elysia } from "elysia";
import { html } from "../../http/html";
import { SigningKeys } from "../keys";
import { readBody } from "../read-body";
import type { StandIn } from "../stand-in";
import { accountTokensBody, issueAccountTokens } from "./account-tokens";
import { authorize } from "./authorize";
import { discoveryDocument, issuerAt, MOUNT, PATHS } from "./discovery";
import { exchange } from "./token";
import { TokenIssuer } from "./token-issuer";
import { userInfo } from "./userinfo";

export type LocalOpenidOptions = {
  /** Audience of `POST /local/tokens` when the call names none. Default `local-client`. */
  clientId?: string;
  /** When given, the token endpoint demands it of `clientId`. Any other client is public. */
  clientSecret?: string;
};

/** The issuer's name, from which everything else is discovered. */
export type OpenidUrls = { issuer: string };

const NO_STORE = { headers: { "cache-control": "no-store" } };
const AN_HOUR = { headers: { "cache-control": "public, max-age=3600" } };

/** An OpenID provider like any other: discovery, code with PKCE, ES256. */
export const localOpenid: StandIn<LocalOpenidOptions, OpenidUrls> = {
  title: "OpenID",
  standsFor: "a real issuer",
  mount: MOUNT,

  urls: (origin) => ({ issuer: issuerAt(origin) }),

  about(origin) {
    return html`<p>A provider like any other, discovered by the issuer <code>${issuerAt(origin)}</code>: code with PKCE,
id tokens signed with ES256, userinfo. <code>POST /local/tokens</code> answers <code>access_token</code>,
<code>id_token</code> and <code>expires_in</code>. Optional: <code>client_id</code>, <code>nonce</code>,
<code>scope</code>, and the claims <code>sub</code>, <code>email</code>, <code>email_verified</code>,
<code>name</code>, <code>picture</code>.</p>`;
  },

  create(world, options) {
    const { clientId = "local-client", clientSecret } = options;
    const client = { id: clientId, secret: clientSecret };
    const keys = new SigningKeys("ES256");
    const issuer = new TokenIssuer({ clock: world.clock, keys });
    const answerUserInfo = ({ request }: { request: Request }) =>
      world.api(() => Response.json(userInfo(request, issuer), NO_STORE));
    const routes = new Elysia()
      .get(PATHS.discovery, ({ request }) =>
        world.api(() => Response.json(discoveryDocument(new URL(request.url).origin), AN_HOUR)),
      )
      .get(PATHS.jwks, () => world.api(async () => Response.json(await keys.jwkSet(), AN_HOUR)))
      .get(PATHS.authorization, ({ request }) => authorize(request, world, issuer))
      .post(PATHS.authorization, ({ request }) => authorize(request, world, issuer), { parse: "none" })
      .post(
        PATHS.token,
        ({ request }) =>
          world.api(async () => Response.json(await exchange(request, client, issuer), NO_STORE)),
        { parse: "none" },
      )
      .get(PATHS.userinfo, answerUserInfo)
      .post(PATHS.userinfo, answerUserInfo, { parse: "none" });
    return {
      routes,
      issueTokens: (body, origin) =>
        issueAccountTokens(readBody(accountTokensBody, body), { world, issuer, clientId, origin }),
      rotateKeys: () => keys.rotate(),
    };
  },
};
