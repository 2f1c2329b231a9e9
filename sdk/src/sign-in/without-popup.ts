import type { AccountError } from "../errors.ts";
import type { SignInAttempt } from "../platform.ts";
import type { PageTools } from "./page-tools.ts";
import { signInWithRedirect } from "./redirect.ts";

/**
 * Sign-in where no popup is to open, or can. Where no mode was asked for and neither popup nor redirect can work, it goes
 * by a code: in a worker, in a page without an origin, and in a frame whose popup was blocked in spite of a click.
 *
 * @param isSuitable whether this page could show another one and get its answer.
 * @param blocked the popup's error, when it came in a click.
 * @throws AccountError `window_missing`, `origin_unsupported`, `redirect_in_frame`, …
 */
export async function signInWithoutPopup(
  tools: PageTools,
  attempt: SignInAttempt,
  isSuitable: boolean,
  blocked?: AccountError,
): Promise<void> {
  const { mode, byCode } = attempt;
  const { AccountError } = tools;
  if (!mode && byCode && (blocked ? parent !== window : !isSuitable)) return byCode();
  if (blocked) throw blocked;
  if (!globalThis.document) {
    throw new AccountError("window_missing", "Call login() in a page, or with mode: code.");
  }
  if (!isSuitable) {
    throw new AccountError(
      "origin_unsupported",
      "Serve this page over http(s), or use openUrl or mode: code.",
    );
  }
  if (parent !== window) throw new AccountError("redirect_in_frame", "Use a popup in a frame.");
  return signInWithRedirect(tools, attempt);
}
