import { AccountServerError } from "./error.ts";

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

/** Whether the same request may go through a moment later, and does no harm if it went through before. */
function isPassing({ code, status = 0 }: AccountServerError): boolean {
  return code === "network_error" || code === "idempotency_key_in_use" || status === 429 || status >= 500;
}

/**
 * Sends what counts once again, for so long, until it is answered: after 0.2 s, then twice as long each time, 5 s at
 * most, or as long as the account server says.
 *
 * @throws AccountServerError the last one.
 */
export async function untilAnswered<T>(
  send: () => Promise<T>,
  forSeconds: number,
  signal: AbortSignal | undefined,
): Promise<T> {
  const end = performance.now() + forSeconds * 1000;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof AccountServerError) || !isPassing(error)) throw error;
      const waitMs = Math.max(pauseMs, (error.retryAfterSeconds ?? 0) * 1000);
      if (performance.now() + waitMs > end || signal?.aborted) throw error;
      await pause(waitMs, signal);
      if (signal?.aborted) throw error;
    }
  }
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal?.addEventListener("abort", end);
  });
}
