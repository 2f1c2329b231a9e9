import { log, select } from "@clack/prompts";
import type { OAuthManager } from "../../src/index.ts";
import { codeOf, showCode } from "./code.ts";

const AGAIN = { value: "again", label: "Open it again" };
const ADDRESS = { value: "address", label: "Show me the address" };
const STOP = { value: "stop", label: "Give up" };
/** Of a question, beside its options. */
const FRAME_LINES = 4;

/**
 * Waits for a player who is at a page in the browser, and who can have it opened again, or give up. Where the sign-in goes
 * by a code it shows that.
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
  const nothing = () => {};
  let interrupt = nothing;
  const end = () => {
    done.abort();
    interrupt();
  };
  const result = begin(giveUp.signal);
  result.then(end, end);
  let shown: string | undefined;
  const off = oauth.on("status", () => codeOf(oauth)?.userCode !== shown && interrupt());
  while (!done.signal.aborted) {
    const code = codeOf(oauth);
    if (code && code.userCode !== shown) showCode(code);
    shown = code?.userCode;
    const question = new AbortController();
    const options = code ? [STOP] : [AGAIN, ADDRESS, STOP];
    interrupt = () => {
      interrupt = nothing;
      // Up to its first line, and away with it: an aborted one stays on the screen.
      process.stdout.write(`\x1b[${FRAME_LINES + options.length}A\x1b[J`);
      question.abort();
    };
    const choice = await select({
      message: code ? "Waiting for your phone" : message,
      options,
      signal: question.signal,
    });
    if (question.signal.aborted) continue;
    interrupt = nothing;
    if (choice === "again") begin(giveUp.signal).catch(() => {});
    else if (choice === "address") log.message(addressOf(oauth) ?? "There is none yet.");
    else giveUp.abort();
    if (giveUp.signal.aborted) break;
  }
  off();
  return result;
}

function addressOf(oauth: OAuthManager): string | undefined {
  const status = oauth.getLoginStatus();
  const attempt = status.state === "success" ? status.link : status;
  return attempt?.state === "in_progress" ? attempt.url : undefined;
}
