/** Whether a path is of the pages for the studio's own people. */
export function isConsole(path: string): boolean {
  return path === "/console" || path.startsWith("/console/");
}
