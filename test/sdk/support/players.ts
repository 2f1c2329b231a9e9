import type { OAuthManager, ProviderProof, UserInfo } from "../../../sdk/src/index.ts";
import { freshAccount, googleTokens } from "../../support/players";
import type { TestServer } from "../../support/server";
import type { Desktop } from "./desktop.ts";
import { MemoryStorage } from "./game.ts";
import { lossyFetch } from "./lossy-fetch.ts";

/** A proof of Google's for `account`, as a native SDK hands it over. */
export async function googleProof(server: TestServer, account: string): Promise<ProviderProof> {
  const { access_token } = await googleTokens(server, { account });
  return { access_token };
}

/** What a match would do. */
export async function earn(server: TestServer, { id }: UserInfo, stars: number): Promise<void> {
  await server.database.pool.query("UPDATE users SET stars = stars + $2 WHERE id = $1", [id, stars]);
}

/** A game on a device of its own, with its events and a network that can lose answers. */
export function gameOnDevice(desktop: Desktop, server: TestServer, storage = new MemoryStorage()) {
  const network = lossyFetch();
  const game = desktop.game(server, { storage, fetch: network.fetch, warn: () => {} });
  const events: string[] = [];
  game.oauth.on("login", ({ id }) => events.push(`login:${id}`));
  game.oauth.on("user", ({ id }) => events.push(`user:${id}`));
  game.oauth.on("logout", () => events.push("logout"));
  return { ...game, network, storage, events };
}

/** Somebody who signed in with Google on another device, and is done there. */
export async function playerElsewhere(
  desktop: Desktop,
  server: TestServer,
  stars = 0,
): Promise<{ account: string; user: UserInfo; oauth: OAuthManager }> {
  const account = freshAccount();
  const { oauth } = desktop.game(server, { storage: new MemoryStorage() });
  await oauth.loginWith("google", await googleProof(server, account));
  const user = await oauth.refreshTokens();
  await earn(server, user, stars);
  return { account, user, oauth };
}
