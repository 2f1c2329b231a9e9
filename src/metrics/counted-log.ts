import type { AuthEvent, AuthEventDetails, Log } from "../log/log";
import type { Metrics } from "./metrics";

/** Where a refresh token may be sent to. */
const REFRESH_ROUTES = ["POST /api/refresh", "POST /oauth/token"];

/** A log whose lines are counted as well, those included that a flood of refusals has left out. */
export function countedLog(log: Log, metrics: Metrics): Log {
  return Object.create(log, {
    event: {
      value(event: AuthEvent, details: AuthEventDetails) {
        const times = 1 + (details.suppressed ?? 0);
        metrics.event(event, times);
        const outcome = refreshOutcome(event, details);
        if (outcome) metrics.refresh(outcome, times);
        log.event(event, details);
      },
    },
    failure: {
      value(details: Parameters<Log["failure"]>[0]) {
        metrics.event("request_failed");
        log.failure(details);
      },
    },
    webhookFailed: {
      value(details: Parameters<Log["webhookFailed"]>[0]) {
        metrics.webhookFailed(details.outcome);
        log.webhookFailed(details);
      },
    },
  });
}

function refreshOutcome(event: AuthEvent, { code, route = "" }: AuthEventDetails) {
  if (!REFRESH_ROUTES.includes(route)) return null;
  switch (event) {
    case "refresh":
      return "rotated";
    case "refresh_repeated":
      return "repeated";
    case "stale_token_accepted":
      return "stale";
    case "replay_detected":
      return "replayed";
    case "proof_refused":
      return "proof_refused";
    case "refused":
      return code === "invalid_grant" ? "dead" : null;
    default:
      return null;
  }
}
