import { ConfigError } from "../config/config";
import { DatabaseStartError } from "../db/errors";
import { ListenError } from "./listen";

/** The plain sentence for the terminal when the server cannot start. */
export function startFailureMessage(error: unknown): string {
  if (error instanceof ConfigError || error instanceof DatabaseStartError || error instanceof ListenError) {
    return error.message;
  }
  const { code, message } = error as { code?: string; message?: string };
  return `The server cannot start: ${message ?? "unknown error"}${code ? ` (${code})` : ""}.`;
}
