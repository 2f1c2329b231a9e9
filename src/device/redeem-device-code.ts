import type { VerifiedIdentity } from "../identity/provider";
import { OAuthError } from "../oauth/oauth-error";
import type { DeviceStore, Poll } from "./store";
import type { Waiting } from "./waiting";

export type RedeemDeviceCodeDeps = { devices: DeviceStore; waiting: Waiting };

/** A player who let a device in, the session that it opens, and what the device asked for. */
export type RedeemedDevice = {
  identity: VerifiedIdentity;
  sessionId: string;
  device: string | null;
  scope: string | null;
};

/**
 * Redeems a device code once its player has said yes. Sent again within a minute, the answer was lost, and the same
 * session comes back.
 * @param sessionId of the session to open
 * @param waitSeconds how long the device would wait for its player's answer
 * @throws {OAuthError} authorization_pending, slow_down, access_denied, expired_token (RFC 8628 §3.5); invalid_grant for
 * a code that is none, another client's, or has served
 */
export async function redeemDeviceCode(
  { devices, waiting }: RedeemDeviceCodeDeps,
  deviceCode: string,
  clientId: string,
  sessionId: string,
  waitSeconds: number,
): Promise<RedeemedDevice> {
  const poll = () => devices.poll(deviceCode, clientId, sessionId);
  let answer = await poll();
  if (answer.outcome === "pending" && waitSeconds > 0) {
    const isDecided = await waiting.untilDecided(deviceCode, waitSeconds);
    if (isDecided) answer = await poll();
  }
  if (answer.outcome !== "approved") throw new OAuthError(ERRORS[answer.outcome]);
  const { sessionId: opened, device, scope, provider, subject, email, emailVerified, name, picture } = answer;
  return {
    identity: { provider, subject, email, emailVerified, loadProfile: async () => ({ name, picture }) },
    sessionId: opened,
    device,
    scope,
  };
}

const ERRORS = {
  pending: "authorization_pending",
  slow_down: "slow_down",
  denied: "access_denied",
  expired: "expired_token",
  unknown: "invalid_grant",
} as const satisfies Record<Exclude<Poll["outcome"], "approved">, string>;
