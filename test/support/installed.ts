import { existsSync } from "node:fs";

/**
 * Whether tests can run behind a program of this machine; without it they show as skipped.
 * @throws in CI (`CI=true`), where they may never be skipped
 */
export function isInstalled(binary: string, name: string): boolean {
  const installed = existsSync(binary);
  if (!installed && process.env.CI === "true") throw new Error(`In CI the tests must run behind ${name}.`);
  return installed;
}
