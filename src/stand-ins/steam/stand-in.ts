import { Elysia } from "elysia";
import { html } from "../../http/html";
import { readBody } from "../read-body";
import type { StandIn } from "../stand-in";
import { accountTicketBody, issueAccountTicket } from "./account-ticket";
import { Assertions } from "./assertions";
import { checkAuthentication, OPENID_PATH, signInPage } from "./openid";
import { SteamPlayers } from "./players";
import { Tickets } from "./tickets";
import { authenticateUserTicket, getPlayerSummaries, WEB_API_PATHS } from "./web-api";

export type LocalSteamOptions = {
  /** The publisher's key, which the Web API demands. Default 32 zeros. */
  webApiKey?: string;
  /** The one app that the key is good for. Default 480, Spacewar. */
  appId?: number;
  /** What tickets of `POST /local/tokens` are made for when the call does not say. Default `robotouille`. */
  identity?: string;
};

/** The Web API's host, and the community's. */
export type SteamUrls = { api: string; community: string };

const MOUNT = "/steam";

/** Steam's Web API and its sign-in page, with tickets of Steam's shape. */
export const localSteam: StandIn<LocalSteamOptions, SteamUrls> = {
  title: "Steam",
  standsFor: "Steam",
  mount: MOUNT,

  urls: (origin) => ({ api: origin + MOUNT, community: origin + MOUNT }),

  about: (
    origin,
  ) => html`<p>The Web API and the community are both at <code>${origin + MOUNT}</code>. A game gets its
player’s ticket by <code>POST /local/tokens</code> with <code>{"provider": "steam", "account": "ada"}</code>; optional are
<code>app_id</code>, <code>identity</code>, <code>ownersteamid</code>, <code>vacbanned</code> and
<code>publisherbanned</code>. A browser goes to <code>${MOUNT + OPENID_PATH}</code> (OpenID 2.0).</p>`,

  create(world, options) {
    const { webApiKey = "0".repeat(32), appId = 480, identity = "robotouille" } = options;
    const publisher = { webApiKey, appId };
    const players = new SteamPlayers(world.accounts);
    const tickets = new Tickets(world.clock);
    const assertions = new Assertions(world.clock);
    const communityUrl = (origin: string) => origin + MOUNT;
    const steam = { world, players, assertions };
    const routes = new Elysia()
      .get(WEB_API_PATHS.authenticate, ({ request }) =>
        world.api(() => authenticateUserTicket(request, publisher, tickets)),
      )
      .get(WEB_API_PATHS.summaries, ({ request }) =>
        world.api(() => getPlayerSummaries(request, publisher, players)),
      )
      .get(OPENID_PATH, ({ request }) => signInPage(request, communityUrl, steam))
      .post(
        OPENID_PATH,
        // The page's own forms go to its whole address; a server's question has its members in the body.
        ({ request }) =>
          new URL(request.url).search
            ? signInPage(request, communityUrl, steam)
            : world.api(() => checkAuthentication(request, assertions)),
        { parse: "none" },
      );
    return {
      routes,
      async issueTokens(body, origin) {
        const named = readBody(accountTicketBody, body);
        return issueAccountTicket(named, { world, players, tickets, appId, identity, origin });
      },
    };
  },
};
