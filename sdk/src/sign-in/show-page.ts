import type { SignInAttempt } from "../platform.ts";

/**
 * Where no browser opens the sign-in goes on: the player may open the page by hand, on another device too.
 *
 * @param unopened what to do before that: it waits for the player at the page when it calls `wait`.
 */
export function showPage(
  url: string,
  openUrl: (url: string) => unknown,
  { showing }: SignInAttempt,
  unopened: (cause: unknown, wait: () => void) => void = (_cause, wait) => wait(),
): void {
  const open = (): void => {
    Promise.resolve(url)
      .then(openUrl)
      .catch((cause) => unopened(cause, () => showing(url, open, cause)));
  };
  showing(url, open);
  open();
}
