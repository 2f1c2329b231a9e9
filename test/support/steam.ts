import { expect } from "bun:test";
import type { Config, SteamConfig } from "../../src/config/config";
import { localSteam } from "../../src/stand-ins/steam/stand-in";
import { freshAccount } from "./players";
import type { TestServer } from "./server";

/** A configuration whose players sign in with the local Steam, or with another at these addresses. */
export function withSteam(changes: Partial<SteamConfig> = {}): (config: Config) => Config {
  return (config) => ({
    ...config,
    steam: {
      local: false,
      webApiKey: "0".repeat(32),
      appId: 480,
      identity: "robotouille",
      requireOwnership: false,
      refuseVacBanned: false,
      refusePublisherBanned: true,
      endpoints: localSteam.urls(new URL(config.google.endpoints.token).origin),
      ...changes,
    },
  });
}

/** What `POST /local/tokens` takes for a ticket beside the account. */
export type TicketChanges = {
  account?: string;
  app_id?: number;
  identity?: string;
  ownersteamid?: string;
  vacbanned?: boolean;
  publisherbanned?: boolean;
};

/** A ticket of the local Steam's for an account, by default a fresh one. */
export async function steamTicket({ google }: Pick<TestServer, "google">, changes: TicketChanges = {}) {
  const response = await fetch(`${google.origin}/local/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ provider: "steam", account: freshAccount(), ...changes }),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as { ticket: string; steamid: string };
}
