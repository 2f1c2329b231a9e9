import { log, select } from "@clack/prompts";
import type { OAuthManager } from "../../src/index.ts";

/** Up to the question's first line, and away with it: an aborted one stays on the screen. */
const CLEAR_QUESTION = "\x1b[7A\x1b[J";

/**
 * Waits for a player who is at a page in the browser, and who can have it opened again, or give up.
 *
 * @param begin shows the page, or shows it again.
 * @throws whatever `begin` throws.
 */
export async function whileInBrowser<T>(
  oauth: OAuthManager,
  message: string,
  begin: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const giveUp = new AbortController();
  const done = new AbortController();
  let asking = true;
  const end = () => {
    if (asking) process.stdout.write(CLEAR_QUESTION);
    done.abort();
  };
  const result = begin(giveUp.signal);
  result.then(end, end);
  while (!done.signal.aborted) {
    asking = true;
    const choice = await select({
      message,
      options: [
        { value: "again", label: "Open it again" },
        { value: "address", label: "Show me the address" },
        { value: "stop", label: "Give up" },
      ],
      signal: done.signal,
    });
    if (done.signal.aborted) break;
    asking = false;
    if (choice === "again") begin(giveUp.signal).catch(() => {});
    else if (choice === "address") log.message(addressOf(oauth) ?? "There is none yet.");
    else giveUp.abort();
    if (giveUp.signal.aborted) break;
  }
  return result;
}

function addressOf(oauth: OAuthManager): string | undefined {
  const status = oauth.getLoginStatus();
  const attempt = status.state === "success" ? status.link : status;
  return attempt?.state === "in_progress" ? attempt.url : undefined;
}
