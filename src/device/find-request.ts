import type { Limits } from "../limits/limits";
import type { Clients } from "../oauth/clients";
import { type Scope, scopesOf } from "../oauth/scopes";
import type { DeviceStore } from "./store";
import type { UserCodes } from "./user-code";

export type FindRequestDeps = {
  clients: Clients;
  devices: DeviceStore;
  limits: Pick<Limits, "userCodeAttempt">;
  userCodes: UserCodes;
};

/** A device that asks to be signed in, as its player is shown it. */
export type AskingDevice = {
  userCode: string;
  /** Of the application. */
  clientName: string;
  /** What it would get to know of the player; null for the studio's own, which knows everything. */
  scopes: Scope[] | null;
  /** What the player calls the device. */
  device: string | null;
  /** The address that asked, and how long ago. */
  ip: string;
  secondsAgo: number;
};

/** @returns null when no device waits with this code */
export async function findRequest(
  { clients, devices, userCodes }: Omit<FindRequestDeps, "limits">,
  userCode: string,
): Promise<AskingDevice | null> {
  const request = await devices.find(userCodes.hashes(userCode));
  const client = request && clients.get(request.clientId);
  if (!request || !client) return null;
  const { scope, ...asked } = request;
  const scopes = client.firstParty ? null : scopesOf(scope);
  return { userCode, clientName: client.name, scopes, ...asked };
}

/**
 * Finds the device of a code that a player typed, or that a link brought.
 * @param ip of who asks, five of whose codes an hour may be wrong
 * @returns null when no device waits with this code
 * @throws {ApiError} rate_limited
 */
export async function lookUp(deps: FindRequestDeps, typed: string, ip: string): Promise<AskingDevice | null> {
  const userCode = deps.userCodes.read(typed);
  // Nobody guesses with what is no code at all.
  return userCode === null ? null : deps.limits.userCodeAttempt(ip, () => findRequest(deps, userCode));
}
