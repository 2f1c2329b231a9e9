/** A port that cannot be listened on. The message is one plain sentence. */
export class ListenError extends Error {
  override name = "ListenError";
}

/**
 * Listens, and puts the system's refusal into one sentence.
 * @throws {ListenError} when the port is taken, privileged or not this machine's
 */
export async function listenOn<T>(host: string, port: number, listen: () => Promise<T>): Promise<T> {
  try {
    return await listen();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") {
      throw new ListenError(`Port ${port} on ${host} is taken; stop what listens there or set SERVER_PORT.`);
    }
    throw new ListenError(`Cannot listen on ${host}:${port} (${code ?? "unknown error"}).`);
  }
}
