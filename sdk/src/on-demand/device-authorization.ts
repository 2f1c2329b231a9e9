import type { DeviceCode } from "../device-code.ts";
import { type Moment, momentOf } from "./elapsed.ts";
import type { Host } from "./host.ts";
import { postForm, refusalOf } from "./oauth-request.ts";

/** The client that every game is to the account server. */
export const CLIENT_ID = "game";

const DEFAULT_INTERVAL_SECONDS = 5;
const LONGEST_QR = 65_536;

/** RFC 8628 §3.2. */
interface AuthorizationAnswer {
  readonly device_code?: string;
  readonly user_code?: string;
  readonly verification_uri?: string;
  readonly verification_uri_complete?: string;
  readonly expires_in?: number;
  readonly interval?: number;
}

/** A device that waits for its player (RFC 8628 §3.2). */
export interface DeviceAuthorization {
  readonly deviceCode: string;
  /** For the player. */
  readonly code: DeviceCode;
  /** Between the starts of two requests. */
  readonly intervalMs: number;
  readonly lifetimeMs: number;
  /** When the answer came. */
  readonly since: Moment;
}

/**
 * Asks for this device to be signed in (RFC 8628 §3.1).
 *
 * @throws AccountError `code_unavailable`, `rate_limited`, `network_error`, …
 */
export async function authorizeDevice(host: Host, signal: AbortSignal): Promise<DeviceAuthorization> {
  const { AccountError, device, http } = host;
  const form = { client_id: CLIENT_ID, ...(device && { device }) };
  const answer = await postForm(host, "/oauth/device_authorization", form, { signal });
  const { status, fields, requestId } = answer;
  if (status === 404 || status === 405 || fields.error === "invalid_client") {
    const message = `This server signs nobody in by a code: it is of an earlier release, or its oauth.clients lack ${CLIENT_ID}.`;
    throw new AccountError("code_unavailable", message, { status, requestId });
  }
  const {
    device_code: deviceCode,
    user_code: userCode,
    verification_uri: verificationUrl,
    verification_uri_complete: verificationUrlComplete = verificationUrl,
    expires_in: lifetimeSeconds = 0,
    interval = DEFAULT_INTERVAL_SECONDS,
  } = fields as AuthorizationAnswer;
  const isPage = [verificationUrl, verificationUrlComplete].every((url) => /^https?:/.test(url ?? ""));
  if (!isPage || !verificationUrl || !verificationUrlComplete || !deviceCode || !userCode) {
    throw refusalOf(host, answer);
  }
  const expiresAt = new Date(http.clock.now() + lifetimeSeconds * 1000);
  return {
    deviceCode,
    code: { userCode, verificationUrl, verificationUrlComplete, expiresAt },
    intervalMs: interval * 1000,
    lifetimeMs: lifetimeSeconds * 1000,
    since: momentOf(http.clock),
  };
}

/** The code as a QR code, or undefined where there is none to be had. */
export async function fetchQr(
  { http }: Host,
  { userCode }: DeviceCode,
  signal: AbortSignal,
): Promise<string | undefined> {
  const url = `${http.backendUrl}/device/qr.svg?user_code=${encodeURIComponent(userCode)}`;
  const response = await http.fetch(url, { signal, redirect: "error" });
  const text = response.ok ? await response.text() : "";
  return text.startsWith("<svg") && text.length < LONGEST_QR ? text : undefined;
}
