import type { Settings } from "./settings";

/** Who may play without an account anywhere. */
export type GuestsConfig = Readonly<{
  enabled: boolean;
  newPerAddressPerHour: number;
  newPerHour: number;
  purgeAfterSeconds: number;
}>;

export function guestsSection(settings: Settings): GuestsConfig {
  return {
    enabled: settings["guests.enabled"],
    newPerAddressPerHour: settings["guests.new_per_address_per_hour"],
    newPerHour: settings["guests.new_per_hour"],
    purgeAfterSeconds: Math.round(settings["guests.purge_after_days"] * 86_400),
  };
}
