import { createRedirectMatch, type RedirectUriCheck } from "../authorization/redirect-uri";
import { GAME_CLIENT_ID, type OAuthClient, type OAuthConfig } from "../config/oauth";

export type Client = OAuthClient & {
  /** Whether an answer may go there (RFC 9700 §4.1.3, RFC 8252 §7.3). */
  isRedirectUri: RedirectUriCheck;
};

/** The applications that the configuration names. All are public clients: they hold no secret (RFC 6749 §2.1). */
export type Clients = {
  /** @returns null where there is no such client */
  get(id: string): Client | null;
  /** Ids of the studio's own, whose tokens are good for all of the API; the game's own endpoints are one of them. */
  readonly firstPartyIds: readonly string[];
};

export function createClients({ clients }: OAuthConfig): Clients {
  const byId = new Map(
    clients.map((client) => [
      client.id,
      { ...client, isRedirectUri: createRedirectMatch(client.redirectUris, client.anyLoopback) },
    ]),
  );
  const firstParty = clients.filter((client) => client.firstParty).map(({ id }) => id);
  return {
    get: (id) => byId.get(id) ?? null,
    firstPartyIds: [...new Set([GAME_CLIENT_ID, ...firstParty])],
  };
}
