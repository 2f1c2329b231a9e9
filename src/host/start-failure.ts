import { ConfigError } from "../config/config";
import { DatabaseStartError } from "../db/errors";
import { ListenError } from "./listen";

/** What sysexits.h calls a fault that no restart mends; for systemd's `RestartPreventExitStatus`. */
export const EX_CONFIG = 78;

/** What the process exits with when the server cannot start. */
export function startFailureCode(error: unknown): number {
  const lasting = error instanceof ConfigError || (error instanceof DatabaseStartError && error.lasting);
  return lasting ? EX_CONFIG : 1;
}

/** The plain sentence for the terminal when the server cannot start. */
export function startFailureMessage(error: unknown): string {
  if (error instanceof ConfigError || error instanceof DatabaseStartError || error instanceof ListenError) {
    return error.message;
  }
  const { code, message } = error as { code?: string; message?: string };
  return `The server cannot start: ${message ?? "unknown error"}${code ? ` (${code})` : ""}.`;
}
