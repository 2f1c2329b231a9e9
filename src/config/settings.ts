import { databaseSettings } from "./settings/database";
import { googleSettings } from "./settings/google";
import { guestSettings } from "./settings/guests";
import { oauthSettings } from "./settings/oauth";
import { securitySettings } from "./settings/security";
import { serverSettings } from "./settings/server";
import type { Setting, SettingValue } from "./settings/setting";

/** Every setting of the server, once, in the order of the README's table. */
export const SETTINGS = {
  ...databaseSettings,
  ...securitySettings,
  ...googleSettings,
  ...guestSettings,
  ...oauthSettings,
  ...serverSettings,
};

/** Every setting by its name, as it holds: from the environment, else `config.yml`, else the default. */
export type Settings = Readonly<{ [N in keyof typeof SETTINGS]: SettingValue<(typeof SETTINGS)[N]> }>;

/** True for a variable of the environment, false for a key of `config.yml` alone. */
export function isVariable(name: string): boolean {
  return !name.includes(".");
}

/** Where a setting stands in `config.yml`; null for one of the environment alone. */
export function fileKey(name: string, setting: Setting): { section: string; key: string } | null {
  const path = isVariable(name) ? setting.file : name;
  if (path === undefined) return null;
  const [section = "", key = ""] = path.split(".");
  return { section, key };
}
