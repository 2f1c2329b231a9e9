import { ApiError } from "../errors";
import type { RequestContext } from "../http/context";
import type { Log } from "../log/log";
import type { Caller } from "../server-keys/authorize-server";
import type { JoinTickets } from "./join-ticket";
import type { JoinedPlayer, JoinTicketStore } from "./store";

export type RedeemDeps = { joinTickets: JoinTickets; joinTicketStore: JoinTicketStore; log: Log };

/**
 * Lets a player in at the game server that the key was made for. A ticket serves once, also for the server that redeemed it:
 * who overhears one must not join with it. Where the answer is lost, the player asks for another ticket.
 * @throws {ApiError} invalid_ticket: one identical answer for forged, expired, used, another server's, and for a player who
 * has signed out, was banned or was merged into another
 */
export async function redeem(
  { joinTickets, joinTicketStore, log }: RedeemDeps,
  ticket: string,
  { keyId, serverName }: Caller,
  context: RequestContext,
): Promise<JoinedPlayer> {
  const opened = serverName === null ? null : await joinTickets.open(ticket, serverName);
  const joined = opened && (await joinTicketStore.redeem(opened));
  if (!opened || !joined) throw new ApiError("invalid_ticket");
  const { userId, sessionId, server } = opened;
  log.event("join_ticket_redeemed", { userId, sessionId, gameServer: server, keyId, ...context });
  return joined;
}
