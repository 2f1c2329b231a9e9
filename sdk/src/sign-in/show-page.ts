import type { SignInAttempt } from "../platform.ts";

/** Where no browser opens the sign-in goes on: the player may open the page by hand, on another device too. */
export function showPage(url: string, openUrl: (url: string) => unknown, { showing }: SignInAttempt): void {
  const open = (): void => {
    Promise.resolve(url)
      .then(openUrl)
      .catch((cause) => showing(url, open, cause));
  };
  showing(url, open);
  open();
}
