import type { Settings } from "./settings";

/** What is kept of what was done. */
export type AuditConfig = Readonly<{ retentionSeconds: number }>;

export function auditSection(settings: Settings): AuditConfig {
  return { retentionSeconds: Math.round(settings["audit.retention_days"] * 86_400) };
}
