import { ConfigError } from "../config/config";
import { DatabaseStartError } from "../db/errors";

/** A port that cannot be listened on. The message is one plain sentence. */
export class ListenError extends Error {
  override name = "ListenError";
}

/**
 * Listens, and puts the system's refusal into one sentence.
 * @throws {ListenError} when the port is taken, privileged or not this machine's
 */
export function listenOn<T>(host: string, port: number, listen: () => T): T {
  try {
    return listen();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") {
      throw new ListenError(`Port ${port} on ${host} is taken; stop what listens there or set SERVER_PORT.`);
    }
    throw new ListenError(`Cannot listen on ${host}:${port} (${code ?? "unknown error"}).`);
  }
}

/** The plain sentence for the terminal when the server cannot start. */
export function startErrorMessage(error: unknown): string {
  if (error instanceof ConfigError || error instanceof DatabaseStartError || error instanceof ListenError) {
    return error.message;
  }
  const { code, message } = error as { code?: string; message?: string };
  return `The server cannot start: ${message ?? "unknown error"}${code ? ` (${code})` : ""}.`;
}
