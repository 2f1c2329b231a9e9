import { systemClock } from "../../src/clock";
import { type RunningStandIns, startStandIns } from "../../src/stand-ins/start";

/** Credentials of the game that the stand-ins below know, and the variables that point a server at them. */
export type ProviderStandIns = RunningStandIns & {
  discordEnv: Record<string, string>;
  googlePlayEnv: Record<string, string>;
  /** What a game would hold of an account of the provider's. */
  tokens<Tokens = Record<string, string>>(
    provider: string,
    account: string,
    options?: object,
  ): Promise<Tokens>;
  order(order: string, options?: object): Promise<void>;
};

const DISCORD = { clientId: "157730590492196864", clientSecret: "discord-secret" };
const GOOGLE_PLAY = { clientId: "game-server.apps.googleusercontent.com", clientSecret: "GOCSPX-secret" };

/** Stand-ins on a port of their own, for the providers beside Google. The caller stops them. */
export function startProviderStandIns(): ProviderStandIns {
  const standIns = startStandIns({ port: 0, clock: systemClock, discord: DISCORD, google_play: GOOGLE_PLAY });
  const { origin, endpoints } = standIns;
  const post = async (path: string, body: object) => {
    const response = await fetch(origin + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    return response.json();
  };
  return {
    ...standIns,
    discordEnv: {
      DISCORD_CLIENT_ID: DISCORD.clientId,
      DISCORD_CLIENT_SECRET: DISCORD.clientSecret,
      DISCORD_URL: endpoints.discord.url,
    },
    googlePlayEnv: {
      GOOGLE_PLAY_CLIENT_ID: GOOGLE_PLAY.clientId,
      GOOGLE_PLAY_CLIENT_SECRET: GOOGLE_PLAY.clientSecret,
      GOOGLE_PLAY_URL: endpoints.google_play.url,
      GOOGLE_TOKEN_URL: endpoints.google_play.tokenUrl,
    },
    tokens: (provider, account, options = {}) => post("/local/tokens", { provider, account, ...options }),
    order: async (order, options = {}) => void (await post("/local/orders", { order, ...options })),
  };
}
