import type { AccountError } from "../errors.ts";
import type { Answer } from "../http.ts";
import { fetchForPolls } from "./bound-fetch.ts";
import { CLIENT_ID, type DeviceAuthorization } from "./device-authorization.ts";
import { elapsedMs, momentOf, pause } from "./elapsed.ts";
import type { Host } from "./host.ts";
import { isTemporary, postForm, refusalOf } from "./oauth-request.ts";

const GRANT_TYPE = "urn:ietf:params:oauth:grant-type:device_code";
/** As long as the server waits at most, and proxies do. */
const WAIT_SECONDS = 25;
/** RFC 8628 §3.5. */
const SLOW_DOWN_MS = 5_000;
const LONGEST_BACK_OFF_MS = 30_000;

/**
 * Asks for tokens until the player has answered (RFC 8628 §3.4, §3.5). The server holds its answer back until they have.
 * Whether the code has expired is the server's to say, whatever this device's clock does meanwhile, unless it cannot be
 * reached.
 *
 * @returns the tokens (RFC 6749 §5.1).
 * @throws AccountError `access_denied`, `login_timeout`, `invalid_grant`, …
 */
export async function pollForTokens(
  host: Host,
  { deviceCode, intervalMs: asked, lifetimeMs, since }: DeviceAuthorization,
  signal: AbortSignal,
): Promise<Answer> {
  const { AccountError, http } = host;
  const { clock } = http;
  const form = { grant_type: GRANT_TYPE, client_id: CLIENT_ID, device_code: deviceCode };
  const send = await fetchForPolls(http);
  let intervalMs = asked;
  let failures = 0;
  for (;;) {
    const start = momentOf(clock);
    // After a failure at once: a proxy may not let a request wait for so long.
    const waitSeconds = failures ? 0 : WAIT_SECONDS;
    const answer = await postForm(host, "/oauth/token", form, { signal, send, waitSeconds }).catch(
      (error: AccountError) => {
        if (error.code !== "network_error") throw error;
      },
    );
    if (answer?.status === 200) return answer.fields;
    const failed = !answer || isTemporary(answer);
    const error = answer?.fields.error;
    if (error === "access_denied") throw new AccountError(error, "The player said no.");
    if (error === "expired_token" || (failed && elapsedMs(clock, since) > lifetimeMs)) {
      throw new AccountError("login_timeout", "The code has expired.");
    }
    if (error === "slow_down") intervalMs += SLOW_DOWN_MS;
    else if (!failed && error !== "authorization_pending") throw refusalOf(host, answer);
    const backOff = Math.min(intervalMs * 2 ** failures, LONGEST_BACK_OFF_MS);
    failures = failed ? failures + 1 : 0;
    const rest = failed
      ? Math.max(backOff, (answer?.retryAfterSeconds ?? 0) * 1000)
      : intervalMs - elapsedMs(clock, start);
    if (rest > 0) await pause(clock, rest, signal);
  }
}
