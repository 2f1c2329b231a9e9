import type { AuthEvent, AuthEventDetails, Log } from "../log/log";
import type { Limits } from "./limits";

/** Records a refusal, unless its address or everybody together has written too many: then the next line counts it. */
export async function logRefusal(
  { limits, log }: { limits: Pick<Limits, "refusalLine">; log: Log },
  event: AuthEvent,
  details: AuthEventDetails,
): Promise<void> {
  const suppressed = await limits.refusalLine(details.ip);
  if (suppressed === null) return;
  log.event(event, suppressed > 0 ? { ...details, suppressed } : details);
}
