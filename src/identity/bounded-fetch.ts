import type { Fetch } from "./provider";

/** How long a provider has for one answer, in milliseconds, and its longest: keys of theirs have a few thousand bytes. */
export const ANSWER_TIMEOUT_MS = 5_000;
export const MAXIMUM_ANSWER_BYTES = 65_536;

/**
 * A fetch that reads so many bytes of an answer and not one more: a longer one is cut off, whatever length it declares.
 * Compression is neither asked for nor undone, for a few compressed bytes become millions before anybody counts them.
 */
export function boundedFetch(fetch: Fetch, maximumBytes: number): Fetch {
  return async (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set("accept-encoding", "identity");
    const uncompressed = { ...init, headers, decompress: false };
    const response = await fetch(input, uncompressed);
    const body = await readAtMost(maximumBytes, response);
    const { status, statusText } = response;
    return new Response(body, { status, statusText, headers: response.headers });
  };
}

/** @returns null for a response that has no body, as a 204 */
async function readAtMost(maximumBytes: number, { body }: Response): Promise<Blob | null> {
  if (!body) return null;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  // What is thrown in here ends the stream, and with it the connection.
  for await (const chunk of body) {
    length += chunk.byteLength;
    if (length > maximumBytes) throw Object.assign(new Error("too long"), { code: "answer_too_long" });
    chunks.push(chunk);
  }
  return new Blob(chunks);
}
