import type { Settings } from "./settings";

/** The pages for the studio's own people. */
export type ConsoleConfig = Readonly<{ enabled: boolean }>;

export function consoleSection(settings: Settings): ConsoleConfig {
  return { enabled: settings["console.enabled"] };
}
