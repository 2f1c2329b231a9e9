import type { Settings } from "./settings";

/** Where webhooks may be sent to. */
export type WebhooksConfig = Readonly<{
  /** Addresses and CIDR blocks beside public addresses; null: whatever there is. */
  allowedAddresses: readonly string[] | null;
}>;

export function webhooksSection(settings: Settings, production: boolean): WebhooksConfig {
  return { allowedAddresses: production ? settings["webhooks.allowed_addresses"] : null };
}
