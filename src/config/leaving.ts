import type { Settings } from "./settings";

/** Players who leave. */
export type LeavingConfig = Readonly<{
  /** For how long they may come back. */
  graceSeconds: number;
}>;

export function leavingSection(settings: Settings): LeavingConfig {
  return { graceSeconds: Math.round(settings["leaving.grace_days"] * 86_400) };
}
