import { causeCode } from "../db/errors";
import type { ApiError } from "../errors";
import type { Log } from "../log/log";
import type { RequestContext } from "./context";

/** Records a request that failed on our side (5xx), with the code of what caused it. */
export function logFailure(
  log: Log,
  { code, status, cause, setting }: ApiError,
  context: RequestContext,
): void {
  log.failure({
    ...context,
    code,
    cause: typeof cause === "string" ? cause : causeCode(cause),
    setting,
    ...(status === 500 ? placeOf(cause) : {}),
  });
}

/** The kind and place of an error; its message may quote data, so it stays out. */
function placeOf(error: unknown): { kind: string; at?: string } {
  if (!(error instanceof Error)) return { kind: typeof error };
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return { kind: error.name, at: frames.slice(0, 4).join(" < ") };
}
