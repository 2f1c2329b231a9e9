/** Whether a player looks at the answer, so that an error is a page; for browsers to go to, never for scripts to ask. */
export function isSignInPage(path: string): boolean {
  return path.startsWith("/auth/") || /^\/device(\/(sign-in|return))?$/.test(path);
}
