import { Elysia } from "elysia";
import { z } from "zod";
import { html } from "../../http/html";
import { readBody } from "../read-body";
import type { StandIn } from "../stand-in";
import { Grants } from "./grants";
import { currentPlayer, playerId } from "./player";
import { exchange } from "./token";

export type LocalGooglePlayOptions = {
  /** Client of `POST /local/tokens` when the call names none. Default `local-game-server`. */
  clientId?: string;
  /** When given, the token endpoint demands it of `clientId`. Any other client is public. */
  clientSecret?: string;
};

/** The token endpoint, and the API's address, which its paths come after. */
export type GooglePlayUrls = { tokenUrl: string; url: string };

const MOUNT = "/google-play";
const TOKEN = "/token";

const serverAuthCodeBody = z.strictObject({
  /** `ada`, `bruno`, `chloe`, or any email. */
  account: z.string(),
  client_id: z.string().min(1).max(2048).optional(),
});

/** Google Play Games, as the server of a game on Android sees it. A page it has none. */
export const localGooglePlay: StandIn<LocalGooglePlayOptions, GooglePlayUrls> = {
  title: "Google Play Games",
  standsFor: "Google Play Games",
  mount: MOUNT,

  urls: (origin) => ({ tokenUrl: origin + MOUNT + TOKEN, url: origin + MOUNT }),

  about: () => html`<p>Without a page, as on a phone: <code>POST /local/tokens</code> answers the
<code>server_auth_code</code> that a game sends to its server, which asks <code>${MOUNT}${TOKEN}</code> and
<code>${MOUNT}/games/v1/players/me</code>.</p>`,

  create(world, { clientId = "local-game-server", clientSecret }) {
    const grants = new Grants(world.clock);
    const client = { id: clientId, secret: clientSecret };
    const headers = { "cache-control": "no-store" };
    const routes = new Elysia()
      .post(
        TOKEN,
        ({ request }) =>
          world.api(async () => Response.json(await exchange(request, client, grants), { headers })),
        { parse: "none" },
      )
      .get("/games/v1/players/me", ({ request }) => world.api(() => currentPlayer(request, grants)));
    return {
      routes,
      async issueTokens(body) {
        const { account: key, client_id = clientId } = readBody(serverAuthCodeBody, body);
        const account = world.accounts.named(key);
        const stillGood = world.standing.vouchFor(account);
        const code = grants.codes.issue({ account, clientId: client_id, stillGood });
        return { server_auth_code: code, player_id: playerId(account) };
      },
    };
  },
};
