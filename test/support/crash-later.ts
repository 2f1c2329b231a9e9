import { existsSync, renameSync } from "node:fs";

/**
 * For a process that `crash-preload.ts` is loaded into: from here on it is killed where the file `crash-later` says, so
 * that the statements by which it came so far do not count.
 */
export function beginToCrash(): void {
  if (existsSync("crash-later")) renameSync("crash-later", "crash-at");
}
