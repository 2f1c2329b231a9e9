import type { Problems } from "./problems";
import type { Settings } from "./settings";

/** An application that signs players in with this server as its authorization server (RFC 6749 §2). */
export type OAuthClient = Readonly<{
  id: string;
  /** What players are told that it is called. */
  name: string;
  /** Compared whole; loopback addresses on any port. */
  redirectUris: readonly string[];
  /** The studio's own: players are not asked whether it may know who they are. */
  firstParty: boolean;
  /** Of the one that development makes up: every page of this machine may be its redirect. */
  anyLoopback: boolean;
}>;

export type OAuthConfig = Readonly<{ clients: readonly OAuthClient[] }>;

/** The client of whoever signs in with this server's own endpoints, in every token of theirs. */
export const GAME_CLIENT_ID = "game";

const GAME: OAuthClient = {
  id: GAME_CLIENT_ID,
  name: "The game",
  redirectUris: [],
  firstParty: true,
  anyLoopback: true,
};

export function oauthSection(settings: Settings, production: boolean, problems: Problems): OAuthConfig {
  const clients = settings["oauth.clients"].map(({ id, name, redirect_uris, first_party }) => ({
    id,
    name,
    redirectUris: redirect_uris,
    firstParty: first_party,
    anyLoopback: false,
  }));
  const ids = clients.map(({ id }) => id);
  for (const id of new Set(ids.filter((each, at) => ids.indexOf(each) !== at)))
    problems.add(`config.yml: oauth.clients: ${id} is there twice`);
  const game = clients.find(({ id }) => id === GAME_CLIENT_ID);
  if (game && !game.firstParty)
    problems.add(`config.yml: oauth.clients: ${GAME_CLIENT_ID} is the studio's own, first_party: true`);
  return { clients: clients.length === 0 && !production ? [GAME] : clients };
}
