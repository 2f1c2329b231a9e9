import { randomBytes } from "node:crypto";
import type { RequestContext } from "../http/context";
import type { Limits } from "../limits/limits";
import type { Clients } from "../oauth/clients";
import { OAuthError } from "../oauth/oauth-error";
import { grantedScope } from "../oauth/scopes";
import type { DeviceStore } from "./store";
import type { UserCodes } from "./user-code";

export type RequestDeviceCodeDeps = {
  clients: Clients;
  devices: DeviceStore;
  limits: Pick<Limits, "deviceCode">;
  userCodes: UserCodes;
};

/** What a device sends (RFC 8628 §3.1); `device` is ours: what its player calls it. */
export type DeviceAuthorizationRequest = {
  clientId: string;
  scope: string | undefined;
  device: string | null;
};

/**
 * Lets a device ask to be signed in.
 * @returns the codes of RFC 8628 §3.2
 * @throws {ApiError} invalid_client, invalid_scope; rate_limited
 */
export async function requestDeviceCode(
  { clients, devices, limits, userCodes }: RequestDeviceCodeDeps,
  { clientId, scope: asked, device }: DeviceAuthorizationRequest,
  { ip }: RequestContext,
): Promise<{ deviceCode: string; userCode: string }> {
  if (!clients.get(clientId)) throw new OAuthError("invalid_client");
  const request = { clientId, scope: grantedScope(asked), device, ip };
  await limits.deviceCode(ip);
  const deviceCode = randomBytes(32).toString("base64url");
  for (;;) {
    const { code: userCode, hash } = userCodes.create();
    if (await devices.put(deviceCode, hash, request)) return { deviceCode, userCode };
  }
}
