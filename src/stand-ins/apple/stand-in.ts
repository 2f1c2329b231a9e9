import { Elysia } from "elysia";
import { html } from "../../http/html";
import { SigningKeys } from "../keys";
import { readBody } from "../read-body";
import type { StandIn } from "../stand-in";
import { accountTokensBody, issueAccountTokens } from "./account-tokens";
import { authorize } from "./authorize";
import type { Developer } from "./client-secret";
import { exchange } from "./token";
import { TokenIssuer } from "./token-issuer";

export type LocalAppleOptions = {
  /** Bundle id of `POST /local/tokens` when the call names none. Default `localhost.game`. */
  bundleId?: string;
  /** When given, the token endpoint takes no secret but one of this developer's key. */
  developer?: Developer;
};

/** Apple's address, which its paths come after. */
export type AppleUrls = { url: string };

const MOUNT = "/apple";
const AUTHORIZE = "/auth/authorize";
const NO_STORE = { headers: { "cache-control": "no-store" } };

/** Sign in with Apple: its page, which answers by a form, its token endpoint and its keys. */
export const localApple: StandIn<LocalAppleOptions, AppleUrls> = {
  title: "Apple",
  standsFor: "Apple",
  mount: MOUNT,

  urls: (origin) => ({ url: origin + MOUNT }),

  about:
    () => html`<p>A server sends its player to <code>${MOUNT}${AUTHORIZE}</code>, whose answer the browser posts, with
the player’s name the first time only. The id token of Apple’s own dialog on its devices comes from
<code>POST /local/tokens</code>.</p>`,

  create(world, { bundleId = "localhost.game", developer }) {
    const keys = new SigningKeys("RS256");
    const { clock } = world;
    const issuer = new TokenIssuer({ clock, keys });
    const consents = new Set<string>();
    const routes = new Elysia()
      .get(AUTHORIZE, ({ request }) => authorize(request, world, issuer, consents))
      .post(AUTHORIZE, ({ request }) => authorize(request, world, issuer, consents), { parse: "none" })
      .post(
        "/auth/token",
        ({ request }) =>
          world.api(async () =>
            Response.json(await exchange(request, { developer, issuer, clock }), NO_STORE),
          ),
        { parse: "none" },
      )
      .get("/auth/keys", () => world.api(async () => Response.json(await keys.jwkSet())));
    return {
      routes,
      issueTokens: (body) =>
        issueAccountTokens(readBody(accountTokensBody, body), { world, issuer, clientId: bundleId }),
      rotateKeys: () => keys.rotate(),
    };
  },
};
