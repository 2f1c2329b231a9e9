/** Whether a player looks at the answer on a path, so that an error is a page; for browsers to go to, never for scripts. */
export function isSignInPage(path: string): boolean {
  return /^\/(auth\/|oauth\/authorize(\/|$)|device(\/(sign-in|return))?$)/.test(path);
}
