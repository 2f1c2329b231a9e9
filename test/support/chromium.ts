import { type Browser, chromium } from "playwright-core";

const BINARIES = ["chromium", "chromium-browser", "google-chrome"];

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Where this machine keeps Chromium, or null: then `test.skipIf(!chromiumPath())` shows the test as skipped.
 *
 * @throws in CI (`CI=true`), where a browser test may never be skipped.
 */
export function chromiumPath(): string | null {
  const path = BINARIES.map((name) => Bun.which(name)).find((found) => found !== null) ?? null;
  if (path === null && process.env.CI === "true") {
    throw new Error(`Browser tests must run in CI, and none of ${BINARIES.join(", ")} is on the PATH.`);
  }
  return path;
}

/**
 * A real headless Chromium. The caller closes it.
 *
 * @throws when Chromium is not installed.
 */
export async function launchChromium(): Promise<Browser> {
  const executablePath = chromiumPath();
  if (executablePath === null) throw new Error("Chromium is not installed.");
  return chromium.launch({ executablePath, args: ARGUMENTS });
}
