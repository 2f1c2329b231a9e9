import puppeteer, { type Browser } from "puppeteer-core";

/**
 * Where this machine keeps Firefox, or null: then `test.skipIf(!firefoxPath())` shows the test as skipped.
 * @throws in CI (`CI=true`), where it may never be skipped
 */
export function firefoxPath(): string | null {
  const path = Bun.which("firefox-esr") ?? Bun.which("firefox");
  if (path === null && process.env.CI === "true") throw new Error("Tests in Firefox must run in CI.");
  return path;
}

/**
 * A real headless Firefox, over WebDriver BiDi. The caller closes it.
 * @throws when Firefox is not installed
 */
export async function launchFirefox(): Promise<Browser> {
  const executablePath = firefoxPath();
  if (executablePath === null) throw new Error("Firefox is not installed.");
  return puppeteer.launch({ browser: "firefox", executablePath, headless: true });
}
