import { Elysia } from "elysia";
import { html } from "../../http/html";
import { readBody } from "../read-body";
import type { StandIn } from "../stand-in";
import { activityCode, activityCodeBody } from "./activity-code";
import { authorize } from "./authorize";
import { Grants } from "./grants";
import { exchange } from "./token";
import { currentUser, picturePath } from "./user";

export type LocalDiscordOptions = {
  /** Application of `POST /local/tokens` when the call names none. Default `100000000000000000`. */
  clientId?: string;
  /** When given, the token endpoint demands it of `clientId`. Any other application is public. */
  clientSecret?: string;
};

/** Discord's address, which its paths come after. */
export type DiscordUrls = { url: string };

const MOUNT = "/discord";
const AUTHORIZE = "/oauth2/authorize";

/** Discord's sign-in page, token endpoint and current user. */
export const localDiscord: StandIn<LocalDiscordOptions, DiscordUrls> = {
  title: "Discord",
  standsFor: "Discord",
  mount: MOUNT,

  urls: (origin) => ({ url: origin + MOUNT }),

  about: () => html`<p>A server sends its player to <code>${MOUNT}${AUTHORIZE}</code>, and asks
<code>${MOUNT}/api/oauth2/token</code> and <code>${MOUNT}/api/v10/users/@me</code>. The code of an Activity, a game inside
Discord’s client, comes from <code>POST /local/tokens</code> with its <code>code_verifier</code>, or for a
<code>code_challenge</code> of yours.</p>`,

  create(world, { clientId = "100000000000000000", clientSecret }) {
    const grants = new Grants(world.clock);
    const client = { id: clientId, secret: clientSecret };
    const routes = new Elysia()
      .get(AUTHORIZE, ({ request }) => authorize(request, world, grants))
      .post(AUTHORIZE, ({ request }) => authorize(request, world, grants), { parse: "none" })
      .post("/api/oauth2/token", ({ request }) => world.api(() => exchange(request, client, grants)), {
        parse: "none",
      })
      .get("/api/v10/users/@me", ({ request }) => world.api(() => currentUser(request, grants)))
      .get("/avatars/:id/:file", ({ params, redirect }) =>
        redirect(picturePath(params.file.replace(/\.png$/, ""))),
      );
    return {
      routes,
      issueTokens: async (body) =>
        activityCode(readBody(activityCodeBody, body), { world, grants, clientId }),
    };
  },
};
