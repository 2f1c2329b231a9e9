import { z } from "zod";
import type { World } from "../stand-in";
import type { SteamPlayers, Summary } from "./players";
import type { Tickets } from "./tickets";

/** Who gets a ticket, what it is made for, and what Steam says of the player. */
export const accountTicketBody = z.strictObject({
  /** `ada`, `bruno`, `chloe`, or any email. */
  account: z.string(),
  app_id: z.number().int().min(1).max(4_294_967_295).optional(),
  identity: z.string().min(1).max(256).optional(),
  /** Of the account that lends its copy of the game; the player's own when left out. */
  ownersteamid: z
    .string()
    .regex(/^7656\d{13}$/)
    .optional(),
  vacbanned: z.boolean().default(false),
  publisherbanned: z.boolean().default(false),
});

/** What `POST /local/tokens` answers: what a game has of Steam's client, and the profile behind it. */
export type AccountTicket = {
  /** In hex. */
  ticket: string;
  steamid: string;
  account: Summary | undefined;
};

/**
 * A ticket of a named account, for scripts and tests. What is said of the player holds for this ticket alone.
 *
 * @throws {OAuthError} `invalid_request` when `account` is neither an invented player nor an email.
 */
export function issueAccountTicket(
  body: z.infer<typeof accountTicketBody>,
  steam: {
    world: World;
    players: SteamPlayers;
    tickets: Tickets;
    appId: number;
    identity: string;
    origin: string;
  },
): AccountTicket {
  const { world, players, tickets, origin } = steam;
  const account = world.accounts.named(body.account);
  const steamId = players.steamIdOf(account);
  const ticket = tickets.issue({
    steamId,
    appId: body.app_id ?? steam.appId,
    identity: body.identity ?? steam.identity,
    ownerSteamId: body.ownersteamid ?? steamId,
    vacBanned: body.vacbanned,
    publisherBanned: body.publisherbanned,
    stillGood: world.standing.vouchFor(account),
  });
  const [summary] = players.summaryOf(steamId, origin);
  return { ticket, steamid: steamId, account: summary };
}
