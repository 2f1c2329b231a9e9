/** Whether a player looks at the answer on a path, so that an error is a page. */
export function isSignInPage(path: string): boolean {
  return /^\/(auth\/|oauth\/authorize(\/|$))/.test(path);
}
